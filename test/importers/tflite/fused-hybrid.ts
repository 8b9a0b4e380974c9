import { uniform } from '../../support/random.js';
import { type Fields, file, type OperatorParts, type TensorParts } from './build.js';

// Files of one operator whose weights are 8 bits among floats: what they are multiplied by is rounded when the model runs.

const [INPUTS, UNITS, TIME] = [4, 5, 6];

const draw = uniform(23);
const random = (shape: readonly number[], most: number): number[] =>
  Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => most * draw());
const floats = (...shape: number[]): TensorParts => ({ shape, data: random(shape, 0.5) });
const weights = (shape: readonly number[], scale: readonly number[] = [0.007]): TensorParts => ({
  shape,
  type: 'INT8',
  data: random(shape, 127).map(Math.round),
  scale,
});

function one(
  type: string,
  options: OperatorParts['options'],
  x: readonly number[],
  others: readonly (TensorParts | undefined)[],
  ...ys: (readonly number[])[]
): Uint8Array {
  const named = others.map((tensor, i) => [tensor ? `t${i}` : '', tensor] as const);
  const tensors: Record<string, TensorParts> = { x: { shape: x } };
  for (const [name, tensor] of named) if (tensor) tensors[name] = tensor;
  ys.forEach((shape, i) => {
    tensors[`y${i}`] = { shape };
  });
  const outputs = ys.map((_, i) => `y${i}`);
  const inputs = ['x', ...named.map(([name]) => name)];
  return file([
    { tensors, operators: [{ type, inputs, outputs, ...(options && { options }) }], inputs: ['x'], outputs },
  ]);
}

/** Weights, recurrent weights, peepholes and biases of one direction. */
const direction = (coupled = false): (TensorParts | undefined)[] => {
  const gates = (make: () => TensorParts) => [coupled ? undefined : make(), make(), make(), make()];
  return [
    ...gates(() => weights([UNITS, INPUTS])),
    ...gates(() => weights([UNITS, UNITS])),
    ...[undefined, undefined, undefined],
    ...gates(() => floats(UNITS)),
    ...[undefined, undefined],
  ];
};
const state = (): TensorParts => ({ shape: [1, UNITS], variable: true });
const lstm = (fields: Fields, coupled = false): Uint8Array =>
  one(
    'UNIDIRECTIONAL_SEQUENCE_LSTM',
    ['UnidirectionalSequenceLSTM', { 0: { u8: 4 }, ...fields }],
    [1, TIME, INPUTS],
    [...direction(coupled), state(), state()],
    [1, TIME, UNITS],
  );

const dense = (x: readonly number[], scales: number, fields: Fields = {}): Uint8Array =>
  one(
    'FULLY_CONNECTED',
    ['FullyConnected', { 0: { u8: 1 }, ...fields }],
    x,
    [
      weights(
        [UNITS, INPUTS],
        Array.from({ length: scales }, (_, i) => 0.006 + 0.001 * i),
      ),
      floats(UNITS),
    ],
    [...x.slice(0, -1), UNITS],
  );

export const HYBRID: Readonly<Record<string, () => Uint8Array>> = {
  hybrid_lstm_symmetric: () => lstm({}),
  hybrid_lstm_asymmetric: () => lstm({ 4: { u8: 1 } }),
  hybrid_lstm_coupled: () => lstm({ 1: { f32: 0.3 } }, true),
  hybrid_lstm_both: () =>
    one(
      'BIDIRECTIONAL_SEQUENCE_LSTM',
      ['BidirectionalSequenceLSTM', { 0: { u8: 4 }, 4: { u8: 0 }, 5: { u8: 1 } }],
      [1, TIME, INPUTS],
      [...direction(), ...direction(), state(), state(), state(), state(), ...Array(9).fill(undefined)],
      [1, TIME, UNITS],
      [1, TIME, UNITS],
    ),
  // These by XNNPACK.
  hybrid_dense: () => dense([3, INPUTS], UNITS),
  hybrid_dense_one_scale: () => dense([3, INPUTS], 1),
  hybrid_dense_sequence: () => dense([1, TIME, INPUTS], UNITS, { 2: { u8: 1 } }),
  // And these not, since it has no tanh behind them.
  hybrid_dense_tanh: () => dense([3, INPUTS], UNITS, { 0: { u8: 4 } }),
  hybrid_dense_tanh_asymmetric: () => dense([3, INPUTS], 1, { 0: { u8: 4 }, 3: { u8: 1 } }),
  hybrid_conv: () =>
    one(
      'CONV_2D',
      ['Conv2D', { 0: { u8: 1 }, 1: { i32: 1 }, 2: { i32: 1 } }],
      [1, 1, 1, INPUTS],
      [weights([UNITS, 1, 1, INPUTS], Array(UNITS).fill(0.006)), floats(UNITS)],
      [1, 1, 1, UNITS],
    ),
};
