import { expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import { fromPyTorch, type PyTorchLayer, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { writeSafetensors } from '../../../src/importers/safetensors/index.js';
import { createModel } from '../../../src/index.js';
import { bytesOf, type Case, casesOf, expected, holdCases, numbersOf } from './package-cases.js';

// Recurrent layers none of whose products reads the state, as packages wrote and computed them (`test/golden/generate_pytorch_scan.py`).

const CASES = casesOf('scan');

holdCases(CASES, ({ name }) => !/bidirectional|last/.test(name));

const caseOf = (name: string): Case => CASES.find((one) => one.name === name) as Case;
/** A case's file with other fields in the config. */
const changed = (name: string, change: object) => () => {
  const one = caseOf(name);
  return fromPyTorch(bytesOf(one), {
    ...one.config,
    layers: [JSON.parse(JSON.stringify({ ...one.config.layers?.[0], ...change })) as PyTorchLayer],
  });
};

it.each([
  ['sru-tanh', { useTanh: undefined }],
  ['sru-one-layer-from-x', { hasSkipTerm: false }],
  ['qrnn-4-1-window-1-f', { hiddenSize: 4, outputGate: undefined }],
] as const)('%s without a setting gives other numbers, or is refused', async (name, change) => {
  const one = caseOf(name);
  let model: Awaited<ReturnType<typeof createModel>>;
  try {
    model = await createModel(changed(name, change)());
  } catch (error) {
    expect(error).toBeInstanceOf(ImportError);
    return;
  }
  const y = model.run({ data: numbersOf(one), shape: one.input.shape });
  const far = y.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected(one)[i] as number))), 0);
  expect(far).toBeGreaterThan(1e-3);
});

it('all that the config says, and all that the file does, is in the report', () => {
  const one = caseOf('sru-rescaled');
  const { report } = readPyTorch(bytesOf(one), one.config);
  const rows = report.tensors.map(({ tensor, becomes }) => [tensor, becomes]);
  expect(rows).toEqual([
    ['rnn_lst.0.scale_x', 'sru_0.scale'],
    ['rnn_lst.0.weight', 'sru_0.weightIh'],
    ['rnn_lst.0.weight_c', 'sru_0.peephole'],
    ['rnn_lst.0.bias', 'sru_0.biasIh'],
  ]);
  const text = JSON.stringify(report);
  for (const words of ["sru.SRU's default", 'x of the skip term times 1.3', 'by gates f r', "the package's default"])
    expect(text).toContain(words);
});

it.each([
  ['sru-two-layers', { numLayers: 3 }, 'missing; needed as sru_0_l2.'],
  ['sru-two-layers', { numLayers: 1 }, 'unused tensors'],
  ['sru-two-layers', { layerNorm: true }, 'config.layers[0].layerNorm: not usable; expected false, got true'],
  ['sru-two-layers', { hiddenSize: 5 }, 'not the shape that sru_0_l0.weightIh has; expected (3, 20), got (3, 16)'],
  ['sru-two-layers', { hasSkipTerm: false }, 'not the shape that sru_0_l0.weightIh has; expected (3, 12), got (3, 16)'],
  ['sru-bidirectional', { bidirectional: false }, 'not the shape that sru_0_l0.weightIh has'],
  ['qrnn-4-1-window-1', { zoneout: 0.1 }, 'config.layers[0].zoneout: not usable; expected 0, got 0.1'],
  ['qrnn-4-1-window-1', { window: 3 }, 'config.layers[0].window: not usable; expected 1 or 2, got 3'],
  ['qrnn-4-1-window-1', { window: 2 }, 'not the shape that qrnn_0.weightIh has; expected (12, 6), got (12, 3)'],
  ['qrnn-4-1-window-1', { outputGate: false }, 'not the shape that qrnn_0.weightIh has; expected (8, 3), got (12, 3)'],
  ['min-gru', { type: 'min_lstm' }, 'missing; needed as min_lstm_0.weightIh'],
] as const)('%s with %o is refused', (name, change, message) => {
  expect(changed(name, change)).toThrow(ImportError);
  expect(changed(name, change)).toThrow(message);
});

it('refuses rows of no number of units', () => {
  const file = writeSafetensors({ 'to_hidden_and_gate.weight': { shape: [3, 2], data: new Float32Array(6) } });
  expect(() => fromPyTorch(file, { inputSize: 2, layers: [{ type: 'min_gru' }] })).toThrow(
    'rows of no number of units; expected a multiple of 2, got 3',
  );
});

it('reads a sequence alone', () => {
  const one = caseOf('min-gru');
  for (const type of ['min_gru', 'sru', 'qrnn'] as const) {
    const layers = [{ type: 'last_timestep' }, { type, ...(type === 'min_gru' ? {} : { hiddenSize: 4 }) }];
    expect(() => fromPyTorch(bytesOf(one), { inputSize: 5, layers: layers as PyTorchLayer[] })).toThrow(
      'config.layers[1]: reads a sequence; expected returnSequences in the layer before, got a vector',
    );
  }
});

it('a product of two matrices is counted against what the import may take', () => {
  const one = caseOf('sru-low-rank');
  expect(() => fromPyTorch(bytesOf(one), { ...one.config, limits: { operations: 200 } })).toThrow(/operations/);
});
