import { describe, expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import { fromPyTorch, type PyTorchLayer, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { writeSafetensors } from '../../../src/importers/safetensors/index.js';
import { createModel } from '../../../src/index.js';
import { tensors } from '../files.js';
import { bytesOf, type Case, casesOf, expected, holdCases, numbersOf } from './package-cases.js';

// Recurrent layers of packages, as these wrote and computed them (`test/golden/generate_pytorch_packages.py`).

const CASES = casesOf('packages');

holdCases(CASES, ({ config }) => !config.layers?.some((layer) => 'returnSequences' in layer));

const caseOf = (name: string): Case => CASES.find((one) => one.name === name) as Case;
/** A case's file with other fields in the config. */
const changed = (name: string, change: object) => () => {
  const one = caseOf(name);
  return fromPyTorch(bytesOf(one), {
    ...one.config,
    layers: [JSON.parse(JSON.stringify({ ...one.config.layers?.[0], ...change })) as PyTorchLayer],
  });
};

it('every setting matters: another one gives other numbers, or is refused', async () => {
  const changes: [string, object][] = [
    ['layer-norm-lstm-4', { eps: undefined }],
    ['cfc-default', { mode: 'no_gate' }],
    ['cfc-silu', { activation: undefined }],
    ['ltc-full', { implicitParamConstraints: false }],
    ['ltc-unfolds', { odeUnfolds: undefined }],
    ['ltc-unfolds', { epsilon: undefined }],
    ['slstm-conv', { numHeads: 2 }],
    ['fast-grnn-tanh-tanh', { gateNonlinearity: undefined }],
    ['fast-grnn-quantSigm4-sigmoid', { updateNonlinearity: undefined }],
  ];
  for (const [name, change] of changes) {
    const one = caseOf(name);
    const model = await createModel(changed(name, change)());
    const y = model.run({ data: numbersOf(one), shape: one.input.shape });
    const far = y.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected(one)[i] as number))), 0);
    if ('numHeads' in change) expect(far).toBeLessThan(1e-5);
    else expect(far, `${name} ${JSON.stringify(change)}`).toBeGreaterThan(1e-5);
    model.dispose();
  }
});

it('an sLSTM of the backend in CUDA has its recurrent kernel turned and its biases by head', () => {
  const one = caseOf('slstm-no-conv');
  const spec = fromPyTorch(bytesOf(one), one.config);
  const { weightHh, bias } = (spec.nodes[0] as { tensors: { weightHh: string; bias: string } }).tensors;
  const [heads, width] = [2, 4];
  const [kernel, biases] = [weightHh, bias].map((name) => spec.tensors[name]?.data as Float32Array) as [
    Float32Array,
    Float32Array,
  ];
  const of = (head: number, gate: number, unit: number) => (gate * heads + head) * width + unit;
  const turned = new Float32Array(kernel.length);
  const byHead = new Float32Array(biases.length);
  for (let head = 0; head < heads; head++)
    for (let gate = 0; gate < 4; gate++)
      for (let unit = 0; unit < width; unit++) {
        byHead[(head * 4 + gate) * width + unit] = biases[of(head, gate, unit)] as number;
        for (let k = 0; k < width; k++)
          turned[(head * width + k) * 4 * width + gate * width + unit] = kernel[
            of(head, gate, unit) * width + k
          ] as number;
      }
  const projections = Object.fromEntries(
    ['fgate', 'igate', 'zgate', 'ogate'].map((gate, index) => {
      const weight = new Float32Array(heads * width * width);
      const { weightIh } = (spec.nodes[0] as { tensors: { weightIh: string } }).tensors;
      for (let row = 0; row < 8; row++)
        for (let k = 0; k < width; k++) {
          const column = Math.floor(row / width) * width + k;
          weight[row * width + k] = spec.tensors[weightIh]?.data[(index * 8 + row) * 8 + column] as number;
        }
      return [`${gate}.weight`, { shape: [heads, width, width], data: weight }];
    }),
  );
  const file = writeSafetensors({
    ...projections,
    'slstm_cell._recurrent_kernel_': { shape: [heads, width, 4 * width], data: turned },
    'slstm_cell._bias_': { shape: [32], data: byHead },
    'group_norm.weight': { shape: [8], data: new Float32Array(8) },
  });
  const again = fromPyTorch(file, one.config);
  expect(again.nodes).toEqual(spec.nodes);
  for (const name of [weightHh, bias]) expect(again.tensors[name]).toEqual(spec.tensors[name]);
});

it('the account says what became of each tensor, whose default each setting is, and what was assumed', () => {
  const one = caseOf('cfc-auto-ncp-default');
  const { report } = readPyTorch(bytesOf(one), one.config);
  expect(report.tensors).toContainEqual({
    tensor: 'rnn_cell.layer_0.sparsity_mask',
    shape: [6, 9],
    becomes: 'wired_cfc_0_layer_0.weightIh',
    how: 'columns 0-2; 3 heads, sums where several, masked where a mask is; values unchanged',
  });
  expect(report.attributes).toContainEqual({
    layer: 'wired_cfc_0',
    attribute: 'timespans',
    value: '1',
    source: 'default',
    rule: "ncps' default",
  });
  const twice = caseOf('fast-grnn-full');
  const { report: doubled } = readPyTorch(bytesOf(twice), twice.config);
  expect(doubled.notes).toContain("unrollRNN._RNNCell.W is the same tensor as the cell's");
  expect(doubled.attributes).toContainEqual({
    layer: 'fast_grnn_0',
    attribute: 'gateNonlinearity',
    value: 'sigmoid',
    source: 'default',
    rule: "edgeml_pytorch.FastGRNN's default",
  });
});

describe('what is not a file of the package, or cannot be honoured, is refused', () => {
  const grnn = {
    'cell.W': [3, 2],
    'cell.U': [3, 3],
    'cell.bias_gate': [1, 3],
    'cell.bias_update': [1, 3],
    'cell.zeta': [1, 1],
    'cell.nu': [1, 1],
  };
  const read = (files: Parameters<typeof writeSafetensors>[0]) => () =>
    fromPyTorch(writeSafetensors(files), { inputSize: 2, layers: [{ type: 'fast_grnn', hiddenSize: 3 }] });
  const refused: [string, () => unknown, string][] = [
    [
      'timespans',
      changed('cfc-default', { timespans: true }),
      'config.layers[0]: unknown field; expected name, prefix, returnSequences, hiddenSize, mode, activation, backboneUnits, backboneLayers, backboneDropout, projSize, mixedMemory, got "timespans"',
    ],
    [
      'mixed memory that is not said',
      changed('cfc-mixed', { mixedMemory: undefined }),
      'file: unused tensors; expected every tensor in a layer or in config.ignore, got lstm.input_map.weight, lstm.input_map.bias, lstm.recurrent_map.weight',
    ],
    [
      'a wiring without its masks',
      changed('cfc-default-no-backbone', { type: 'wired_cfc', hiddenSize: undefined, backboneLayers: undefined }),
      'tensor "rnn_cell.layer_0.sparsity_mask": missing; needed as wired_cfc_0_layer_0.weightIh; expected a tensor of shape (1, 4)',
    ],
    [
      'a wiring as one cell',
      changed('cfc-auto-ncp-default', { type: 'cfc' }),
      'tensor "rnn_cell.backbone.0.weight": missing; needed as cfc_0.weightIh',
    ],
    [
      'another backbone',
      changed('cfc-default', { backboneUnits: 7 }),
      'tensor "rnn_cell.backbone.0.weight": not the shape that cfc_0.weightIh has; expected (7, 8), got (6, 8)',
    ],
    [
      'a dropout that the layers are not numbered with',
      changed('cfc-3-layers', { backboneDropout: 0.5 }),
      'tensor "rnn_cell.backbone.5.weight": missing; needed as cfc_0.weightBackbone',
    ],
    ['another mode', changed('cfc-default', { mode: 'pure' }), 'tensor "rnn_cell.w_tau": missing; needed as cfc_0.tau'],
    [
      'a mode that there is not',
      changed('cfc-default', { mode: 'gated' }),
      'config.layers[0].mode: not usable; expected "default" or "pure" or "no_gate", got "gated"',
    ],
    [
      'a share that is none',
      changed('cfc-default', { backboneDropout: 2 }),
      'config.layers[0].backboneDropout: not usable; expected a number from 0 to 1, got 2',
    ],
    [
      'motor neurons that the file does not tell',
      changed('ltc-None-mappings', { outputSize: undefined }),
      'config.layers[0]: how many motor neurons there are is not in the file; expected outputSize, got outputMapping null alone',
    ],
    [
      'more motor neurons than neurons',
      changed('ltc-None-mappings', { outputSize: 6 }),
      'config.layers[0]: more motor neurons than neurons; expected at most 5, got 6',
    ],
    [
      'another number of motor neurons',
      changed('ltc-auto-ncp', { outputSize: 3 }),
      'tensor "rnn_cell.output_w": not the shape that ltc_0_outputs.scale has; expected (3), got (2)',
    ],
    [
      'heads that do not divide the features',
      changed('slstm-conv', { numHeads: 4 }),
      'config.layers[0]: heads of unequal size; expected a divisor of 6, got 4',
    ],
    [
      'a convolution that leaves no timestep',
      changed('slstm-conv', { conv1dKernelSize: 1 }),
      'config.layers[0].conv1dKernelSize: not usable; expected 0, or a whole number of at least 2, got 1',
    ],
    [
      'one head of two',
      changed('slstm-no-conv', { numHeads: 1 }),
      'tensor "fgate.weight": not the shape that slstm_0.weightIh has; expected (1, 8, 8), got (2, 4, 4)',
    ],
    [
      'a nonlinearity that is none of its names',
      changed('fast-grnn-full', { gateNonlinearity: 'relu' }),
      'config.layers[0].gateNonlinearity: not usable; expected "tanh" or "sigmoid" or "quantTanh" or "quantSigm" or "quantSigm4", got "relu"',
    ],
    [
      'a second cell of other numbers',
      read({ ...tensors(grnn), 'unrollRNN._RNNCell.W': { shape: [3, 2], data: new Float32Array(6).fill(9) } }),
      'tensor "unrollRNN._RNNCell.W": not the numbers that cell. has under this name; expected one cell under both, got others',
    ],
    [
      'a scale that is no number',
      read({ ...tensors(grnn), 'cell.zeta': { shape: [1, 1], data: Float32Array.of(Number.NaN) } }),
      'tensor "cell.zeta": not a number; expected a number, got NaN',
    ],
    [
      'a layer norm that is not there',
      () =>
        fromPyTorch(writeSafetensors(tensors({ weight_ih: [12, 2], weight_hh: [12, 3] })), {
          inputSize: 2,
          layers: [{ type: 'layer_norm_lstm', hiddenSize: 3 }],
        }),
      'tensor "layernorm_i.weight": missing; needed as layer_norm_lstm_0.gammaIh; expected a tensor of shape (12), got unused tensors: none',
    ],
    ...(['layer-norm-lstm-5', 'cfc-default', 'cfc-auto-ncp-default', 'ltc-full', 'slstm-no-conv', 'fast-grnn-full'].map(
      (name) => {
        const one = caseOf(name);
        const before = { type: 'lstm_cell', prefix: 'r', hiddenSize: 3, returnSequences: false } as const;
        const layers = [before, ...(one.config.layers ?? [])];
        const shapes = { 'r.weight_ih': [12, 3], 'r.weight_hh': [12, 3], 'r.bias_ih': [12], 'r.bias_hh': [12] };
        return [
          `${name} after a vector`,
          () => fromPyTorch(writeSafetensors(tensors(shapes)), { inputSize: 3, layers }),
          'config.layers[1]: reads a sequence; expected returnSequences in the layer before, got a vector',
        ];
      },
    ) as [string, () => unknown, string][]),
  ];
  it.each(refused)('%s', (_, run, message) => {
    expect(run).toThrow(ImportError);
    expect(run).toThrow(message);
  });
});
