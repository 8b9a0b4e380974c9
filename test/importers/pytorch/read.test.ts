import { describe, expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import { fromPyTorch, type PyTorchConfig, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { LAYERS } from '../../../src/importers/pytorch/layers.js';
import { writeSafetensors } from '../../../src/importers/safetensors/index.js';
import { createModel } from '../../../src/index.js';
import { randomFloats } from '../../support/random.js';
import { recurrentShapes, tensors } from '../files.js';

const shapesOf = {
  lstm: recurrentShapes(4, 3, 5, { prefix: 'rnn.', layers: 2 }),
  head: { 'head.weight': [2, 5], 'head.bias': [2] },
};
const bytesOf = (...shapes: Record<string, number[]>[]) => writeSafetensors(tensors(Object.assign({}, ...shapes)));
const lstm = { type: 'lstm', prefix: 'rnn', hiddenSize: 5, numLayers: 2 } as const;
const head = { type: 'linear', prefix: 'head' } as const;

describe('topology', () => {
  it('a stacked LSTM and a head', () => {
    const stored = tensors({ ...shapesOf.lstm, ...shapesOf.head });
    const spec = fromPyTorch(writeSafetensors(stored), {
      name: 'forecaster',
      inputSize: 3,
      layers: [lstm, { type: 'dropout' }, { ...head, activation: 'sigmoid' }, { type: 'softmax', name: 'p' }],
    });
    const cell = (k: number) => ({
      weightIh: `rnn.weight_ih_l${k}`,
      weightHh: `rnn.weight_hh_l${k}`,
      biasIh: `rnn.bias_ih_l${k}`,
      biasHh: `rnn.bias_hh_l${k}`,
    });
    expect(spec).toEqual({
      name: 'forecaster',
      inputs: [{ name: 'input', features: 3 }],
      nodes: [
        { type: 'lstm', name: 'rnn_l0', inputs: ['input'], units: 5, returnSequences: true, tensors: cell(0) },
        { type: 'lstm', name: 'rnn_l1', inputs: ['rnn_l0'], units: 5, returnSequences: true, tensors: cell(1) },
        { type: 'dropout', name: 'dropout_1', inputs: ['rnn_l1'] },
        {
          type: 'dense',
          name: 'head',
          inputs: ['dropout_1'],
          units: 2,
          activation: 'sigmoid',
          tensors: { weight: 'head.weight', bias: 'head.bias' },
        },
        { type: 'softmax', name: 'p', inputs: ['head'] },
      ],
      outputs: ['p'],
      tensors: stored,
    });
  });

  it('a bidirectional, projected LSTM whose first layer keeps time when only the end is wanted', () => {
    const shapes = recurrentShapes(4, 3, 5, { layers: 2, both: true, proj: 2, bias: false });
    const { nodes } = fromPyTorch(bytesOf(shapes), {
      inputSize: 3,
      layers: [
        {
          type: 'lstm',
          hiddenSize: 5,
          numLayers: 2,
          bidirectional: true,
          projSize: 2,
          bias: false,
          returnSequences: false,
        },
      ],
    });
    const half = (layer: number, suffix: string, returnSequences: boolean) => ({
      type: 'lstm',
      units: 5,
      projection: 2,
      returnSequences,
      tensors: {
        weightIh: `weight_ih_l${layer}${suffix}`,
        weightHh: `weight_hh_l${layer}${suffix}`,
        weightHr: `weight_hr_l${layer}${suffix}`,
      },
    });
    const both = (layer: number, name: string, input: string, sequences: boolean) => ({
      type: 'bidirectional',
      name,
      inputs: [input],
      merge: 'concat',
      forward: half(layer, '', sequences),
      backward: half(layer, '_reverse', sequences),
    });
    expect(nodes).toEqual([both(0, 'lstm_0_l0', 'input', true), both(1, 'lstm_0_l1', 'lstm_0_l0', false)]);
  });

  it('GRU resets after the product; RNN takes its nonlinearity', () => {
    const gru = fromPyTorch(bytesOf(recurrentShapes(3, 3, 5)), {
      inputSize: 3,
      layers: [{ type: 'gru', hiddenSize: 5 }],
    });
    expect(gru.nodes[0]).toMatchObject({ type: 'gru', name: 'gru_0', units: 5, resetAfter: true });
    const rnn = (nonlinearity?: 'relu') =>
      fromPyTorch(bytesOf(recurrentShapes(1, 3, 5)), {
        inputSize: 3,
        layers: [{ type: 'rnn', hiddenSize: 5, ...(nonlinearity && { nonlinearity }) }],
      }).nodes[0];
    expect(rnn()).toMatchObject({ type: 'rnn', activation: 'tanh' });
    expect(rnn('relu')).toMatchObject({ type: 'rnn', activation: 'relu' });
  });

  it('embedding, layer norm, activation', () => {
    const spec = fromPyTorch(bytesOf({ 'emb.weight': [10, 4], 'ln.weight': [4], 'ln.bias': [4] }), {
      layers: [
        { type: 'embedding', prefix: 'emb', embeddingDim: 4 },
        { type: 'layer_norm', prefix: 'ln' },
        { type: 'layer_norm', elementwiseAffine: false, eps: 1e-3, name: 'plain' },
        { type: 'activation', activation: { type: 'leaky_relu', alpha: 0.01 } },
      ],
    });
    expect(spec.inputs).toEqual([{ name: 'input', features: 1, dtype: 'int32' }]);
    expect(spec.nodes).toEqual([
      { type: 'embedding', name: 'emb', inputs: ['input'], tensors: { weight: 'emb.weight' } },
      {
        type: 'layer_norm',
        name: 'ln',
        inputs: ['emb'],
        epsilon: 1e-5,
        tensors: { gamma: 'ln.weight', beta: 'ln.bias' },
      },
      { type: 'layer_norm', name: 'plain', inputs: ['ln'], epsilon: 1e-3, tensors: {} },
      { type: 'activation', name: 'activation_3', inputs: ['plain'], activation: { type: 'leaky_relu', alpha: 0.01 } },
    ]);
  });

  it('leaves out tensors that the config ignores, whatever their type', () => {
    const spec = fromPyTorch(bytesOf(shapesOf.lstm, { 'aux.weight': [1] }), {
      inputSize: 3,
      layers: [lstm],
      ignore: ['aux.weight'],
    });
    expect(Object.keys(spec.tensors)).toEqual(Object.keys(shapesOf.lstm));
  });
});

it('reports what every tensor became', () => {
  const { report } = readPyTorch(bytesOf(recurrentShapes(3, 3, 5, { prefix: 'g.' }), shapesOf.head), {
    inputSize: 3,
    layers: [{ type: 'gru', prefix: 'g', hiddenSize: 5 }, head],
  });
  const how = 'rows 0-4 reset gate r, 5-9 update gate z, 10-14 candidate n; same order; values unchanged';
  expect(report.format).toBe('safetensors');
  expect(report.tensors).toEqual([
    { tensor: 'g.weight_ih_l0', shape: [15, 3], becomes: 'g.weightIh', how },
    { tensor: 'g.weight_hh_l0', shape: [15, 5], becomes: 'g.weightHh', how },
    { tensor: 'g.bias_ih_l0', shape: [15], becomes: 'g.biasIh', how },
    { tensor: 'g.bias_hh_l0', shape: [15], becomes: 'g.biasHh', how },
    { tensor: 'head.weight', shape: [2, 5], becomes: 'head.weight', how: 'one row per output; values unchanged' },
    { tensor: 'head.bias', shape: [2], becomes: 'head.bias', how: 'values unchanged' },
  ]);
  const rule = "nn.GRU's default";
  expect(report.attributes).toEqual([
    { layer: 'g', attribute: 'hiddenSize', value: '5', source: 'config' },
    { layer: 'g', attribute: 'numLayers', value: '1', source: 'default', rule },
    { layer: 'g', attribute: 'bidirectional', value: 'false', source: 'default', rule },
    { layer: 'g', attribute: 'bias', value: 'true', source: 'default', rule },
    { layer: 'g', attribute: 'returnSequences', value: 'true', source: 'default', rule },
    { layer: 'g', attribute: 'h0', value: 'zeros', source: 'default', rule: "PyTorch's default" },
    { layer: 'head', attribute: 'bias', value: 'true', source: 'default', rule: "nn.Linear's default" },
  ]);
  expect(report.notes).toEqual(['g: bias_ih and bias_hh are both kept']);
});

describe('what is imported runs', () => {
  const cases: [string, PyTorchConfig, Record<string, number[]>][] = [
    ['lstm', { inputSize: 3, layers: [lstm, head] }, { ...shapesOf.lstm, ...shapesOf.head }],
    [
      'bidirectional gru',
      {
        inputSize: 3,
        layers: [{ type: 'gru', hiddenSize: 4, numLayers: 2, bidirectional: true, returnSequences: false }],
      },
      recurrentShapes(3, 3, 4, { layers: 2, both: true }),
    ],
    [
      'projected bidirectional lstm',
      { inputSize: 3, layers: [{ type: 'lstm', hiddenSize: 4, bidirectional: true, projSize: 3 }] },
      recurrentShapes(4, 3, 4, { both: true, proj: 3 }),
    ],
    [
      'rnn',
      {
        inputSize: 3,
        layers: [
          { type: 'rnn', hiddenSize: 4, nonlinearity: 'relu', bias: false },
          { type: 'layer_norm', name: 'n', elementwiseAffine: false },
        ],
      },
      recurrentShapes(1, 3, 4, { bias: false }),
    ],
  ];
  it.each(cases)('%s', async (_, config, shapes) => {
    const model = await createModel(fromPyTorch(bytesOf(shapes), config));
    const y = model.run(randomFloats(3 * 6, 1));
    expect(y.length).toBeGreaterThan(0);
    expect(y.every(Number.isFinite)).toBe(true);
    model.dispose();
  });
});

const base: PyTorchConfig = { inputSize: 3, layers: [lstm] };
const layer = (change: object): PyTorchConfig => ({ ...base, layers: [{ ...lstm, ...change }] });
const unused = (...names: string[]) =>
  `file: unused tensors; expected every tensor in a layer or in config.ignore, got ${names.join(', ')}`;
const l1 = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((kind) => `rnn.${kind}_l1`);
/** What is wrong → the whole message; the file is the stacked LSTM's unless given. */
const refused: [string, unknown, string, Uint8Array?][] = [
  ['no config, but null', null, 'config: not an object; expected an object, got null'],
  [
    'a misspelt field',
    { ...base, input_size: 3 },
    'config: unknown field; expected name, inputSize, frequencies, height, timesteps, layers, assume, stateDict, ignore, limits, got "input_size"',
  ],
  [
    'no layers',
    { inputSize: 3, layers: [] },
    'config.layers: not usable; expected a list of at least one layer, got []',
  ],
  ['no inputSize', { layers: [lstm] }, 'config.inputSize: not usable; expected features per timestep, got nothing'],
  [
    'inputSize of an embedding',
    { inputSize: 3, layers: [{ type: 'embedding' }] },
    'config.inputSize: not usable; expected none: an embedding reads token ids, got 3',
  ],
  [
    'an unknown layer',
    { inputSize: 3, layers: [{ type: 'LSTM' }] },
    `config.layers[0].type: a layer that is not honoured; expected ${Object.keys(LAYERS).join(', ')}, got "LSTM"`,
  ],
  [
    'a layer type of the prototype',
    { inputSize: 3, layers: [{ type: 'constructor' }] },
    'config.layers[0].type: a layer that is not honoured;',
  ],
  [
    'a layer that is no object',
    { inputSize: 3, layers: [null] },
    'config.layers[0].type: a layer that is not honoured;',
  ],
  [
    'a misspelt layer field',
    layer({ hidden_size: 5 }),
    'config.layers[0]: unknown field; expected name, prefix, hiddenSize, numLayers, bidirectional, bias, returnSequences, projSize, got "hidden_size"',
  ],
  [
    'hiddenSize missing',
    layer({ hiddenSize: undefined }),
    'config.layers[0].hiddenSize: not usable; expected a whole number of at least 1, got nothing',
  ],
  [
    'hiddenSize 0',
    layer({ hiddenSize: 0 }),
    'config.layers[0].hiddenSize: not usable; expected a whole number of at least 1, got 0',
  ],
  [
    'a flag as text',
    layer({ bidirectional: 'yes' }),
    'config.layers[0].bidirectional: not usable; expected true or false, got "yes"',
  ],
  ['an empty name', layer({ name: '' }), 'config.layers[0].name: not usable; expected a text, not empty, got ""'],
  [
    'projSize of a GRU',
    { inputSize: 3, layers: [{ type: 'gru', hiddenSize: 5, projSize: 2 }] },
    'config.layers[0]: unknown field; expected name, prefix, hiddenSize, numLayers, bidirectional, bias, returnSequences, got "projSize"',
  ],
  [
    'an unknown nonlinearity',
    { inputSize: 3, layers: [{ type: 'rnn', hiddenSize: 5, nonlinearity: 'gelu' }] },
    'config.layers[0].nonlinearity: not usable; expected "tanh" or "relu", got "gelu"',
  ],
  [
    'a negative eps',
    { inputSize: 3, layers: [{ type: 'layer_norm', eps: -1 }] },
    'config.layers[0].eps: not usable; expected a finite number of at least 0, got -1',
  ],
  [
    'an activation of nothing',
    { inputSize: 3, layers: [{ type: 'activation' }] },
    "config.layers[0].activation: not usable; expected an activation's name, or {type, alpha, beta}, got nothing",
  ],
  ['ignore as text', { ...base, ignore: 'aux' }, 'config.ignore: not usable; expected a list of texts, got "aux"'],
  [
    'projSize as large as hiddenSize',
    layer({ projSize: 5 }),
    'config.layers[0]: projSize too large; expected less than hiddenSize, 5, got 5',
  ],
  [
    'another inputSize',
    { ...base, inputSize: 4 },
    'tensor "rnn.weight_ih_l0": not the shape that rnn_l0.weightIh has; expected (20, 4), got (20, 3)',
  ],
  [
    'another hiddenSize',
    layer({ hiddenSize: 6 }),
    'tensor "rnn.weight_ih_l0": not the shape that rnn_l0.weightIh has; expected (24, 3), got (20, 3)',
  ],
  [
    'another prefix',
    layer({ prefix: 'lstm' }),
    'tensor "lstm.weight_ih_l0": missing; needed as lstm_l0.weightIh; expected a tensor of shape (20, 3), got unused tensors: rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, rnn.bias_hh_l0, rnn.weight_ih_l1, rnn.weight_hh_l1, rnn.bias_ih_l1, rnn.bias_hh_l1',
  ],
  ['fewer layers than the file', layer({ numLayers: 1 }), unused(...l1)],
  [
    'more layers than the file',
    layer({ numLayers: 3 }),
    'tensor "rnn.weight_ih_l2": missing; needed as rnn_l2.weightIh; expected a tensor of shape (20, 5), got unused tensors: none',
  ],
  ['a million layers', layer({ numLayers: 1e15 }), 'tensor "rnn.weight_ih_l2": missing;'],
  [
    'both directions of one',
    layer({ bidirectional: true }),
    'tensor "rnn.weight_ih_l0_reverse": missing; needed as rnn_l0.backward.weightIh; expected a tensor of shape (20, 3), got unused tensors: ',
  ],
  [
    'one direction of both',
    { ...base, layers: [{ ...lstm, numLayers: 1 }] },
    unused(...['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((kind) => `rnn.${kind}_l0_reverse`)),
    bytesOf(recurrentShapes(4, 3, 5, { prefix: 'rnn.', both: true })),
  ],
  [
    'a bias that the config denies',
    layer({ bias: false }),
    unused('rnn.bias_ih_l0', 'rnn.bias_hh_l0', 'rnn.bias_ih_l1', 'rnn.bias_hh_l1'),
  ],
  [
    'a projection that the config denies',
    layer({ numLayers: 1 }),
    'tensor "rnn.weight_hh_l0": not the shape that rnn.weightHh has; expected (20, 5), got (20, 2)',
    bytesOf(recurrentShapes(4, 3, 5, { prefix: 'rnn.', proj: 2 })),
  ],
  [
    'an LSTM read as a GRU',
    { inputSize: 3, layers: [{ ...lstm, type: 'gru' }] },
    'tensor "rnn.weight_ih_l0": not the shape that rnn_l0.weightIh has; expected (15, 3), got (20, 3)',
  ],
  ['an unused tensor', base, unused('aux.weight'), bytesOf(shapesOf.lstm, { 'aux.weight': [1] })],
  [
    'many unused tensors',
    base,
    unused('x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11 and 3 more'),
    bytesOf(shapesOf.lstm, Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`x${i}`, [1]]))),
  ],
  [
    'an ignored tensor that is not there',
    { ...base, ignore: ['aux'] },
    'tensor "aux": to be left out, but not in the file; expected a tensor of the file',
  ],
  [
    'one module used twice',
    {
      inputSize: 3,
      layers: [lstm, { type: 'linear', prefix: 'head', name: 'a' }, { type: 'linear', prefix: 'head', name: 'b' }],
    },
    'tensor "head.weight": used by two layers; expected one layer per tensor, got b.weight',
    bytesOf(shapesOf.lstm, { 'head.weight': [5, 5], 'head.bias': [5] }),
  ],
  [
    'a name used twice',
    { inputSize: 3, layers: [lstm, { type: 'softmax', name: 'rnn_l0' }] },
    'config.layers[1]: a name used twice; expected another name, got "rnn_l0"',
  ],
  [
    'the name of the input',
    { inputSize: 3, layers: [lstm, { type: 'softmax', name: 'input' }] },
    'config.layers[1]: a name used twice; expected another name, got "input"',
  ],
  [
    'another head',
    { inputSize: 3, layers: [lstm, { ...head, outFeatures: 7 }] },
    'tensor "head.weight": not the shape that head.weight has; expected (7, 5), got (2, 5)',
    bytesOf(shapesOf.lstm, shapesOf.head),
  ],
  [
    'a head on other features',
    { inputSize: 3, layers: [lstm, head] },
    'tensor "head.weight": not the shape that head.weight has; expected (any, 5), got (2, 6)',
    bytesOf(shapesOf.lstm, { 'head.weight': [2, 6], 'head.bias': [2] }),
  ],
  [
    'a head of another rank',
    { inputSize: 3, layers: [lstm, head] },
    'tensor "head.weight": not the shape that head.weight has; expected (any, 5), got (10)',
    bytesOf(shapesOf.lstm, { 'head.weight': [10], 'head.bias': [2] }),
  ],
  [
    'a recurrent layer on the end of another',
    {
      inputSize: 3,
      layers: [
        { ...lstm, returnSequences: false },
        { type: 'gru', prefix: 'g', hiddenSize: 2 },
      ],
    },
    'config.layers[1]: reads a sequence; expected returnSequences in the layer before, got a vector',
  ],
  [
    'an embedding in the middle',
    { inputSize: 3, layers: [lstm, { type: 'embedding' }] },
    'config.layers[1]: an embedding reads token ids; expected the first layer, got the output of rnn_l1',
  ],
];

describe('refusals', () => {
  const bytes = bytesOf(shapesOf.lstm);
  it.each(refused)('%s', (_, config, message, given = bytes) => {
    const read = () => fromPyTorch(given, config as PyTorchConfig);
    expect(read).toThrow(ImportError);
    expect(read).toThrow(message);
  });
});
