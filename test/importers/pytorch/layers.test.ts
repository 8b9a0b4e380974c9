import { describe, expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import { fromPyTorch, type PyTorchConfig, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { writeSafetensors } from '../../../src/importers/safetensors/index.js';
import { createModel } from '../../../src/index.js';
import { entry, file, tensors } from '../files.js';

const bytesOf = (shapes: Record<string, number[]>) => writeSafetensors(tensors(shapes));
const conv = { 'c.weight': [4, 3, 2], 'c.bias': [4] };
const layer = (one: object, more: object = {}) => ({ inputSize: 3, layers: [one], ...more }) as PyTorchConfig;
const vector = [{ type: 'lstm_cell', prefix: 'r', hiddenSize: 3, returnSequences: false }];
const vectorShapes = { 'r.weight_ih': [12, 3], 'r.weight_hh': [12, 3], 'r.bias_ih': [12], 'r.bias_hh': [12] };

it('a convolution: the kernel before the channels', () => {
  const { spec, report } = readPyTorch(bytesOf(conv), layer({ type: 'conv1d', prefix: 'c', padding: 'same' }));
  expect(spec.nodes).toEqual([
    {
      type: 'conv1d',
      name: 'c',
      inputs: ['input'],
      filters: 4,
      kernelSize: 2,
      stride: 1,
      dilation: 1,
      groups: 1,
      padding: [0, 1],
      tensors: { weight: 'c.weight', bias: 'c.bias' },
    },
  ]);
  const stored = tensors(conv)['c.weight']?.data ?? [];
  expect(spec.tensors['c.weight']?.shape).toEqual([4, 2, 3]);
  expect([...(spec.tensors['c.weight']?.data ?? [])].slice(0, 6)).toEqual([0, 2, 4, 1, 3, 5].map((k) => stored[k]));
  expect(report.tensors[0]).toEqual({
    tensor: 'c.weight',
    shape: [4, 3, 2],
    becomes: 'c.weight',
    how: '(out, in / groups, kernel) → (out, kernel, in / groups); values unchanged',
  });
  expect(report.attributes).toContainEqual({ layer: 'c', attribute: 'padding', value: 'same', source: 'config' });
  expect(report.attributes).toContainEqual({
    layer: 'c',
    attribute: 'stride',
    value: '1',
    source: 'default',
    rule: "nn.Conv1d's default",
  });
});

it('batch norm: its counter is not needed, whatever its size', () => {
  const names = ['b.weight', 'b.bias', 'b.running_mean', 'b.running_var'];
  const header = Object.fromEntries(names.map((name, k) => [name, entry('F32', [3], 12 * k, 12 * k + 12)]));
  const data = new Uint8Array(56).fill(0x7f, 48); // More batches than any float32 counts exactly.
  const bytes = file({ ...header, 'b.num_batches_tracked': entry('I64', [], 48, 56) }, data);
  const spec = fromPyTorch(bytes, layer({ type: 'batch_norm', prefix: 'b' }));
  expect(fromPyTorch(bytes).nodes).toEqual(spec.nodes);
  expect(spec.nodes[0]).toMatchObject({
    type: 'batch_norm',
    epsilon: 1e-5,
    tensors: { gamma: 'b.weight', beta: 'b.bias', mean: 'b.running_mean', variance: 'b.running_var' },
  });
});

it('flatten of channels first: features before timesteps', () => {
  const config = {
    inputSize: 3,
    timesteps: 5,
    layers: [
      { type: 'conv1d', prefix: 'c' },
      { type: 'flatten', channelsFirst: true },
    ],
  };
  const { inputs, nodes } = fromPyTorch(bytesOf(conv), config as PyTorchConfig);
  expect(inputs).toEqual([{ name: 'input', features: 3, time: 5 }]);
  expect(nodes.slice(1)).toEqual([
    { type: 'transpose', name: 'flatten_1_channels', inputs: ['c'] },
    { type: 'reshape', name: 'flatten_1', inputs: ['flatten_1_channels'], shape: [16] },
  ]);
});

/** What is wrong → the whole message. */
const refused: [string, PyTorchConfig, string, Record<string, number[]>?][] = [
  [
    'padding that mirrors',
    layer({ type: 'conv1d', prefix: 'c', paddingMode: 'reflect' }),
    'config.layers[0].paddingMode: not usable; expected "zeros", got "reflect"',
  ],
  [
    'padding by another word',
    layer({ type: 'conv1d', prefix: 'c', padding: 'causal' }),
    "config.layers[0].padding: not usable; expected a whole number of at least 0, 'same' or 'valid', got \"causal\"",
  ],
  [
    "padding 'same' with a stride",
    layer({ type: 'conv1d', prefix: 'c', padding: 'same', stride: 2 }),
    "config.layers[0]: padding 'same' with a stride; expected stride 1, got 2",
  ],
  [
    'groups that do not divide the features',
    layer({ type: 'conv1d', prefix: 'c', groups: 2 }),
    'config.layers[0]: groups of unequal size; expected a divisor of 3, got 2',
  ],
  [
    'groups that do not divide the filters',
    layer({ type: 'conv1d', prefix: 'c', groups: 3 }),
    'config.layers[0]: groups of unequal size; expected a divisor of 4, got 3',
    { 'c.weight': [4, 1, 2], 'c.bias': [4] },
  ],
  [
    'another kernel',
    layer({ type: 'conv1d', prefix: 'c', kernelSize: 3 }),
    'tensor "c.weight": not the shape that c.weight has; expected (any, 3, 3), got (4, 3, 2)',
  ],
  [
    'another number of channels',
    layer({ type: 'conv1d', prefix: 'c', outChannels: 5 }),
    'tensor "c.weight": not the shape that c.weight has; expected (5, 3, any), got (4, 3, 2)',
  ],
  [
    'another vocabulary',
    { layers: [{ type: 'embedding', prefix: 'e', numEmbeddings: 9 }] },
    'tensor "e.weight": not the shape that e.weight has; expected (9, any), got (7, 2)',
    { 'e.weight': [7, 2] },
  ],
  [
    'another width of an embedding',
    { layers: [{ type: 'embedding', prefix: 'e', embeddingDim: 3 }] },
    'tensor "e.weight": not the shape that e.weight has; expected (any, 3), got (7, 2)',
    { 'e.weight': [7, 2] },
  ],
  [
    'a sequence shorter than the window',
    layer({ type: 'conv1d', prefix: 'c', dilation: 4 }, { timesteps: 4 }),
    'config.layers[0]: a window longer than the sequence; expected at most 4 timesteps with padding, got 5',
  ],
  [
    'statistics of the batch',
    layer({ type: 'batch_norm', trackRunningStats: false }),
    'config.layers[0].trackRunningStats: not usable; expected true, got false',
  ],
  [
    'flatten of any number of timesteps',
    layer({ type: 'flatten', channelsFirst: true }),
    'config.layers[0]: flatten of any number of timesteps; expected config.timesteps, got nothing',
  ],
  [
    'flatten of an unknown order',
    layer({ type: 'flatten' }),
    'config.layers[0].channelsFirst: not usable; expected true or false, got nothing',
  ],
  [
    'more padding than half a window',
    layer({ type: 'max_pool1d', kernelSize: 3, padding: 2 }),
    'config.layers[0]: too much padding; expected at most half of kernelSize, got 2',
  ],
  [
    'softplus of another beta',
    layer({ type: 'softplus', beta: 2 }),
    'config.layers[0].beta: not usable; expected 1, got 2',
  ],
  [
    'another approximation',
    layer({ type: 'gelu', approximate: 'sigmoid' }),
    'config.layers[0].approximate: not usable; expected "none" or "tanh", got "sigmoid"',
  ],
  [
    'a slope that is no number',
    layer({ type: 'leaky_relu', negativeSlope: Number.NaN }),
    'config.layers[0].negativeSlope: not usable; expected a finite number, got null',
  ],
  [
    'slopes of another number',
    layer({ type: 'prelu', prefix: 'p' }),
    'tensor "p.weight": not the shape that p.alpha has; expected (3), got (2)',
    { 'p.weight': [2] },
  ],
  [
    'layers of a cell',
    layer({ type: 'gru_cell', hiddenSize: 3, numLayers: 2 }),
    'config.layers[0]: unknown field; expected name, prefix, hiddenSize, bias, returnSequences, got "numLayers"',
  ],
  ...(
    [
      ['a convolution', { type: 'conv1d', prefix: 'c' }],
      ['a pooling layer', { type: 'max_pool1d', kernelSize: 2 }],
      ['last_timestep', { type: 'last_timestep' }],
      ['a recurrent layer', { type: 'gru_cell', hiddenSize: 3 }],
    ] as const
  ).map(([what, one]): [string, PyTorchConfig, string, Record<string, number[]>] => [
    `${what} of a vector`,
    { inputSize: 3, layers: [...vector, one] } as PyTorchConfig,
    'config.layers[1]: reads a sequence; expected returnSequences in the layer before, got a vector',
    vectorShapes,
  ]),
  [
    'a timestep of a timestep',
    { inputSize: 3, layers: [{ type: 'last_timestep' }, { type: 'last_timestep' }] },
    'config.layers[1]: reads a sequence; expected returnSequences in the layer before, got a vector',
    {},
  ],
];

it('a tensor of a type that is not read, unless nobody wants it', () => {
  const header = { 'p.weight': entry('F32', [1], 0, 4), 'q.scale': entry('F8_E4M3', [3], 4, 7) };
  const bytes = file(header, 7);
  const config = layer({ type: 'prelu', prefix: 'p' });
  expect(fromPyTorch(bytes, { ...config, ignore: ['q.scale'] }).nodes).toHaveLength(1);
  expect(() => fromPyTorch(bytes, config)).toThrow('file: unused tensors; ');
  const wanted = file({ 'p.weight': entry('F8_E4M3', [3], 0, 3) }, 3);
  expect(() => fromPyTorch(wanted, config)).toThrow(
    'tensor "p.weight": a type that is not read; expected F64, F32, F16, BF16, I64, U64, I32, U32, I16, U16, I8, U8, BOOL, got "F8_E4M3"',
  );
});

describe('refusals', () => {
  it.each(refused)('%s', (_, config, message, shapes = conv) => {
    let got: unknown;
    try {
      fromPyTorch(bytesOf(shapes), config);
    } catch (error) {
      got = error;
    }
    expect(got).toBeInstanceOf(ImportError);
    expect((got as Error).message).toBe(message);
  });
});

describe('causal convolutions as PyTorch has them: padded before, or around and cut', () => {
  const conv1d = { type: 'conv1d', prefix: 'c', kernelSize: 2, dilation: 3 };
  const read = (...layers: object[]) => fromPyTorch(bytesOf(conv), { inputSize: 3, layers } as PyTorchConfig);

  it.each([
    ['zero_pad1d', [{ type: 'zero_pad1d', padding: [3, 0] }, conv1d]],
    [
      'chomp1d',
      [
        { ...conv1d, padding: 3 },
        { type: 'chomp1d', size: 3 },
      ],
    ],
    [
      'both',
      [
        { type: 'zero_pad1d', padding: 1 },
        { ...conv1d, padding: 2 },
        { type: 'chomp1d', size: 3 },
      ],
    ],
  ])('%s is one layer, and streams', async (_, layers) => {
    const spec = read(...layers, { type: 'relu' });
    expect(spec.nodes).toMatchObject([{ type: 'conv1d', padding: 'causal' }, { type: 'activation' }]);
    const model = await createModel(spec);
    const plain = await createModel(read({ ...conv1d, padding: 3 }, { type: 'relu' }));
    const x = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i));
    const whole = model.run(x);
    // What PyTorch's own padding makes of it, but for the last three timesteps.
    expect(whole).toEqual(plain.run(x).subarray(0, 32));
    const stream = model.createStream();
    for (let t = 0; t < 8; t++)
      expect(stream.step(x.subarray(3 * t, 3 * t + 3))).toEqual(whole.subarray(4 * t, 4 * t + 4));
  });

  it.each([
    [
      'more is cut than was added',
      [
        { ...conv1d, padding: 2 },
        { type: 'chomp1d', size: 3 },
      ],
      [2, 2],
    ],
    ['less is added before than the kernel reaches back', [{ type: 'zero_pad1d', padding: [2, 0] }, conv1d], [2, 0]],
    [
      'every second timestep',
      [
        { type: 'zero_pad1d', padding: [3, 0] },
        { ...conv1d, stride: 2 },
      ],
      [3, 0],
    ],
  ])('%s: they stay as they are', async (_, layers, padding) => {
    const { nodes } = read(...layers);
    expect(nodes.find(({ type }) => type === 'conv1d')).toMatchObject({ padding });
    const model = await createModel(read(...layers));
    expect(() => model.createStream()).toThrow(/layer "c" looks at several timesteps at once/);
  });

  it('nothing is left to cut', () => {
    const config = {
      inputSize: 3,
      timesteps: 2,
      layers: [
        { ...conv1d, padding: 3 },
        { type: 'chomp1d', size: 5 },
      ],
    };
    expect(() => fromPyTorch(bytesOf(conv), config as PyTorchConfig)).toThrow(
      'config.layers[1]: drops all timesteps; expected less than 5, got 5',
    );
  });
});
