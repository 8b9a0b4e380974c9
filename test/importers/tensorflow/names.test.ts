import { describe, expect, it } from 'vitest';
import { readTensorFlow, type TensorFlowConfig } from '../../../src/importers/tensorflow/index.js';
import { refusal } from '../support.js';

// What the variables of one and the same layer are called. Files of TensorFlow 1.0 and 0.12 are in `read.test.ts`.

const rows = (count: number, columns: number, first = 0): number[][] =>
  Array.from({ length: count }, (_, row) => Array.from({ length: columns }, (_, k) => first + row * columns + k + 1));
const read = (arrays: object, ...layers: object[]) =>
  readTensorFlow({ arrays: arrays as never }, { inputSize: 2, layers } as unknown as TensorFlowConfig);

const lstm = { type: 'basic_lstm_cell', prefix: 'a', numUnits: 1 };
const bias = [1, 2, 3, 4];

describe('the same layer by other names', () => {
  const wanted = read({ 'a/kernel': rows(3, 4), 'a/bias': bias }, lstm);

  it.each<[string, object]>([
    ['TensorFlow 1.0 and 1.1', { 'a/weights': rows(3, 4), 'a/biases': bias }],
    ['TensorFlow 0.x', { 'a/Linear/Matrix': rows(3, 4), 'a/Linear/Bias': bias }],
    ["sketch-rnn's LSTMCell", { 'a/W_xh': rows(2, 4), 'a/W_hh': rows(1, 4, 8), 'a/bias': bias }],
  ])('%s', (by, arrays) => {
    const { spec, report } = read(arrays, lstm);
    expect(spec).toEqual(wanted.spec);
    expect(report.notes).toEqual([`layer "a": variables as named by ${by}`]);
  });

  it('today’s are not mentioned', () => expect(wanted.report.notes).toEqual([]));

  it('which variable became what is told by the names of the file', () => {
    const { report } = read({ 'a/W_xh': rows(2, 4), 'a/W_hh': rows(1, 4, 8), 'a/bias': bias }, lstm);
    expect(report.tensors.map(({ tensor }) => tensor)).toEqual(['a/{W_xh,W_hh}', 'a/{W_xh,W_hh}', 'a/bias']);
  });

  it('a dense layer whose variables were named by hand', () => {
    const dense = { type: 'dense', prefix: 'rnnlm/softmax', units: 3 };
    const { spec, report } = read({ 'rnnlm/softmax_w': rows(2, 3), 'rnnlm/softmax_b': [1, 2, 3] }, dense);
    const named = read({ 'rnnlm/softmax/kernel': rows(2, 3), 'rnnlm/softmax/bias': [1, 2, 3] }, dense);
    expect(spec).toEqual(named.spec);
    expect(report.notes).toEqual(['layer "rnnlm/softmax": variables as named by hand, _w and _b']);
  });
});

describe('refused', () => {
  it.each<[string, object, object, string]>([
    [
      'names of two versions: which is meant is not told',
      { 'a/kernel': rows(3, 4), 'a/bias': bias, 'a/weights': rows(3, 4), 'a/biases': bias },
      lstm,
      'layer "a": variables by the names of two versions; expected those of one; the others by another prefix, or in config.ignore, got a/kernel, a/weights',
    ],
    [
      'two versions within one layer',
      { 'a/kernel': rows(3, 4), 'a/biases': bias },
      lstm,
      'variable "a/bias": missing; expected a variable of shape (4), got unused: a/biases',
    ],
    [
      'the scope of another version',
      { 'a/Gates/Linear/Matrix': rows(3, 2), 'a/candidate/Linear/Matrix': rows(3, 1) },
      { type: 'gru_cell', prefix: 'a', numUnits: 1 },
      'variable "a/Candidate/Linear/Matrix": missing; expected a variable of shape (3, 1), got unused: a/candidate/Linear/Matrix',
    ],
    [
      'the half for h of another layer',
      { 'a/W_xh': rows(2, 4), 'a/W_hh': rows(2, 4), 'a/bias': bias },
      lstm,
      'variable "a/W_hh": has the wrong shape; expected (1, 4), got (2, 4)',
    ],
    [
      'an LSTMCell of 0.x in pieces',
      { 'a/W_0': rows(2, 4), 'a/W_1': rows(1, 4), 'a/B': bias },
      { ...lstm, type: 'lstm_cell' },
      'variable "a/W_0": has the wrong shape; expected (3, 4), got (2, 4)',
    ],
  ])('%s', (_, arrays, layer, message) => {
    expect(refusal(() => read(arrays, layer))).toBe(message);
  });
});
