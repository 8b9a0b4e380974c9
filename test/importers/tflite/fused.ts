import { uniform } from '../../support/random.js';
import { type Fields, file, type TensorParts } from './build.js';

// Files of one fused layer in each of its forms, which no converter of today writes. `test/golden/generate_tflite_fused.py` has LiteRT run them.

const [INPUTS, UNITS, TIME] = [4, 5, 6];
const tanh: Fields = { 0: { u8: 4 } };

/** A layer over `[1, time, inputs]`, its weights drawn. */
function layer(
  type: string,
  table: string,
  options: Fields,
  shapes: readonly (readonly number[] | 'state' | undefined)[],
  outputs: readonly number[],
  timeMajor = false,
): Uint8Array {
  const draw = uniform(shapes.length + outputs.length);
  const axes = (features: number): number[] => (timeMajor ? [TIME, 1, features] : [1, TIME, features]);
  const tensors: Record<string, TensorParts> = { x: { shape: axes(INPUTS) } };
  const inputs = ['x'];
  shapes.forEach((shape, i) => {
    inputs.push(shape ? `t${i}` : '');
    if (shape === 'state') tensors[`t${i}`] = { shape: [1, sizeOf(shapes, i)], variable: true };
    else if (shape)
      tensors[`t${i}`] = { shape, data: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.8 * draw()) };
  });
  outputs.forEach((features, i) => {
    tensors[`y${i}`] = { shape: axes(features) };
  });
  const names = outputs.map((_, i) => `y${i}`);
  return file([
    {
      tensors,
      operators: [{ type, inputs, outputs: names, options: [table, options] }],
      inputs: ['x'],
      outputs: names,
    },
  ]);
}

/** h is as long as recurrent weights are wide, c as there are units: of a pair of states the first is h. */
function sizeOf(shapes: readonly (readonly number[] | 'state' | undefined)[], i: number): number {
  const matrices = shapes.filter((shape) => Array.isArray(shape) && shape.length === 2) as number[][];
  const projected = matrices.find(([rows]) => rows !== UNITS);
  return projected && shapes[i + 1] === 'state' ? (projected[0] as number) : UNITS;
}

interface Form {
  readonly coupled?: boolean;
  readonly peepholes?: boolean;
  readonly projection?: number;
  readonly normalised?: boolean;
}

/** Weights, recurrent weights, peepholes, biases and a projection of one direction. */
function lstm({ coupled = false, peepholes = false, projection }: Form): (readonly number[] | undefined)[] {
  const gate = (shape: readonly number[]) => [coupled ? undefined : shape, shape, shape, shape];
  const peephole = peepholes ? [UNITS] : undefined;
  return [
    ...gate([UNITS, INPUTS]),
    ...gate([UNITS, projection ?? UNITS]),
    coupled ? undefined : peephole,
    peephole,
    peephole,
    ...gate([UNITS]),
    projection === undefined ? undefined : [projection, UNITS],
    undefined,
  ];
}

const coefficients = ({ coupled = false, normalised = false }: Form) =>
  [!coupled, true, true, true].map((given) => (normalised && given ? [UNITS] : undefined));

const sequence = (form: Form, options: Fields = {}, timeMajor = false): Uint8Array =>
  layer(
    'UNIDIRECTIONAL_SEQUENCE_LSTM',
    'UnidirectionalSequenceLSTM',
    { ...tanh, ...options },
    [...lstm(form), 'state', 'state', ...coefficients(form)],
    [form.projection ?? UNITS],
    timeMajor,
  );

const none = (count: number): undefined[] => Array(count).fill(undefined);
const both = (merge: boolean): Uint8Array =>
  layer(
    'BIDIRECTIONAL_SEQUENCE_LSTM',
    'BidirectionalSequenceLSTM',
    { ...tanh, 4: { u8: 0 }, ...(merge && { 3: { u8: 1 } }) },
    [...lstm({}), ...lstm({}), 'state', 'state', 'state', 'state', ...none(9)],
    merge ? [2 * UNITS] : [UNITS, UNITS],
  );

const simple = [[UNITS, INPUTS], [UNITS, UNITS], [UNITS], 'state'] as const;

export const FUSED: Readonly<Record<string, () => Uint8Array>> = {
  lstm_plain: () => sequence({}),
  lstm_time_major: () => sequence({}, { 3: { u8: 1 } }, true),
  lstm_coupled: () => sequence({ coupled: true }),
  lstm_peepholes: () => sequence({ peepholes: true }),
  lstm_coupled_peepholes: () => sequence({ coupled: true, peepholes: true }),
  lstm_projection: () => sequence({ projection: 3 }),
  lstm_cell_clip: () => sequence({}, { 1: { f32: 0.2 } }),
  lstm_relu: () => sequence({}, { 0: { u8: 1 } }),
  lstm_norm: () => sequence({ normalised: true }),
  lstm_norm_coupled: () => sequence({ normalised: true, coupled: true }),
  lstm_norm_peepholes: () => sequence({ normalised: true, peepholes: true }, { 1: { f32: 0.3 } }),
  lstm_norm_all: () => sequence({ normalised: true, coupled: true, peepholes: true, projection: 3 }),
  lstm_norm_relu: () => sequence({ normalised: true }, { 0: { u8: 1 } }),
  lstm_both: () => both(false),
  lstm_both_merged: () => both(true),
  rnn_tanh: () => layer('UNIDIRECTIONAL_SEQUENCE_RNN', 'SequenceRNN', { 1: { u8: 4 } }, simple, [UNITS]),
  rnn_relu6: () => layer('UNIDIRECTIONAL_SEQUENCE_RNN', 'SequenceRNN', { 1: { u8: 3 } }, simple, [UNITS]),
  rnn_both: () =>
    layer(
      'BIDIRECTIONAL_SEQUENCE_RNN',
      'BidirectionalSequenceRNN',
      { 1: { u8: 4 } },
      [...simple, ...simple, ...none(3)],
      [UNITS, UNITS],
    ),
};
