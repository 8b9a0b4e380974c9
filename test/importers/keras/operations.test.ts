import { describe, expect, it } from 'vitest';
import type { Json } from './cases.js';
import { functional, input, layer, lstm, type Made, tensor, with2, with3 } from './made.js';

// What operations of functional models (`y + e`, `y[:, -1]`, `keras.ops.mean`) refuse, by their own names. What they compute is in
// the files of `generate_keras_operation_files.py`.

const x = input('x', null, 4);
const fixed = input('x', 6, 4);
const v = input('v', 4);
/** An operation of Keras 3, named by its module. */
const op = (className: string, args: unknown[], config: Json = {}, kwargs: Json = {}): Made => {
  const made = with3(layer('o', className, config), args, kwargs);
  return { ...made, layer: { ...made.layer, module: 'keras.src.ops.numpy' } };
};
/** One of tf.keras. */
const tf = (name: string, kwargs: Json = {}): Made => {
  const made = layer('o', 'TFOpLambda', { function: name });
  return { ...made, layer: { ...made.layer, inbound_nodes: [['x', 0, 0, kwargs]] } };
};
const X = tensor('x');
const slice = (start: number | null, stop: number | null, step: number | null = null): Json => ({
  class_name: '__slice__',
  config: { start, stop, step },
});
const ALL = slice(null, null);
const on = (made: Made, given = x): string => functional([given, made]);

describe('refused by where, what, expected and got', () => {
  it.each<[string, () => string, string]>([
    [
      'an operation that there is none for',
      () => on(op('Argmax', [X])),
      'layer "o" (Argmax): an operation that is not honoured; expected Add, Subtract, ',
    ],
    [
      'one of TensorFlow',
      () => functional([x, tf('math.cumsum')], {}, '2.15.0'),
      'layer "o" (TFOpLambda): an operation that is not honoured; expected Add, Subtract, ',
    ],
    ['its name', () => functional([x, tf('math.cumsum')], {}, '2.15.0'), 'got tf.math.cumsum'],
    [
      'one of TensorFlow 2.0',
      () => functional([x, with2(layer('o', 'TensorFlowOpLayer', { node_def: { op: 'AddV2' } }), 'x')], {}, '2.2.4-tf'),
      'got TensorFlowOpLayer (AddV2)',
    ],
    [
      'token ids',
      () =>
        functional([
          input('x', 6),
          with2(layer('e', 'Embedding', { output_dim: 2 }, [[5, 2]]), 'x'),
          op('Add', [X, 1]),
        ]),
      'layer "o" (Add): an operation on token ids; expected numbers, got x',
    ],
    [
      'numbers in the place of a value',
      () => on(op('Mean', [3, X])),
      'layer "o" (Mean): an argument that is not honoured; expected values of the model, or numbers, got 3',
    ],
    [
      'a number in a list of values',
      () => on(op('Stack', [[X, 3]])),
      'layer "o" (Stack): an argument that is not honoured; expected values of the model, or numbers, got 3',
    ],
    [
      'an index that is a text',
      () => on(op('GetItem', [X, [ALL, 'last']])),
      'layer "o" (GetItem): an index that is not honoured; expected numbers and ranges behind the batch, got [',
    ],
    [
      'a text',
      () => on(op('Add', [X, 'one'])),
      'an argument that is not honoured; expected values of the model, or numbers, got "one"',
    ],
    [
      'a value too many',
      () => on(op('Relu', [X, X])),
      'an argument that is not honoured; expected values of the model, or numbers, got a value of the model',
    ],
    [
      'a setting that it has not',
      () => on(op('Relu', [X], { wobble: 3 })),
      'wobble is not honoured; expected nothing, got 3',
    ],
    [
      'a flag that is none',
      () => on(op('Mean', [X], { axis: 1, keepdims: 3 })),
      'keepdims is not honoured; expected true or false, got 3',
    ],
    [
      'a number that is none',
      () => on(op('Clip', [X], { x_min: 'a' })),
      'x_min is not honoured; expected a number, got "a"',
    ],
    [
      'an axis that is not there',
      () => on(op('Mean', [X], { axis: 3 })),
      'an axis that is not honoured; expected one of 3 behind the batch, got 3',
    ],
    [
      'the batch',
      () => on(op('Mean', [X], { axis: 0 })),
      'an axis that is not honoured; expected one of 3 behind the batch, got 0',
    ],
    ['all axes', () => on(op('Mean', [X])), 'axis is not honoured; expected an axis behind the batch, got nothing'],
    [
      'an initial value',
      () => on(op('Max', [X], { axis: 1, initial: 2 })),
      'initial and where are not honoured; expected nothing, got 2',
    ],
    [
      'softmax over time',
      () => on(op('Softmax', [X], { axis: 1 })),
      'axis is not honoured; expected -1, the features, got 1',
    ],
    [
      'another number type',
      () => on(op('Cast', [X], { dtype: 'int32' })),
      'dtype is not honoured; expected float32, got "int32"',
    ],
    ['numbers alone', () => on(op('Add', [1, 2, X])), 'an operation on numbers alone; expected a value of the model'],
    [
      'a choice of numbers',
      () => on(op('Where', [1, 2, 3, X])),
      'an operation on numbers alone; expected a value of the model',
    ],
    [
      'numbers of another shape',
      () => on(op('Add', [X, [1, 2, 3]])),
      'numbers of a shape that is not honoured; expected one, or one per feature, got (3)',
    ],
    [
      'a vector beside timesteps, whose rows NumPy would take for timesteps',
      () => functional([x, v, op('Add', [X, tensor('v')])]),
      'values of different axes; expected the same axes, got (batch, time, features), (batch, features)',
    ],
    [
      'three features beside four',
      () => functional([x, input('v', null, 3), op('Add', [X, tensor('v')])]),
      'values of different shapes; expected 4 features, or 1, got 3',
    ],
    [
      'a ReLU of everything',
      () => on(op('ReLU', [X], { threshold: 0.5, max_value: 1 })),
      'a ReLU that is not honoured; expected a negative_slope, or a max_value, got [0, 1, 0.5]',
    ],
    [
      'a row of the batch',
      () => on(op('GetItem', [X, [0]])),
      'an index that is not honoured; expected numbers and ranges behind the batch, got [0]',
    ],
    [
      'from the end to the start',
      () => on(op('GetItem', [X, [ALL, slice(4, 0, -1)]])),
      'an index that is not honoured; expected a step of at least 1, got -1',
    ],
    [
      'a feature that is not there',
      () => on(op('GetItem', [X, [ALL, ALL, 4]])),
      'an index beyond the end; expected -4 to 3, got 4',
    ],
    [
      'a timestep that is not there',
      () => on(op('GetItem', [X, [ALL, 6]]), fixed),
      'an index beyond the end; expected -6 to 5, got 6',
    ],
    [
      'no features',
      () => on(op('GetItem', [X, [ALL, ALL, slice(3, 1)]])),
      'an index that leaves nothing; expected within 4, got 3:1',
    ],
    [
      'a fourth axis',
      () => on(op('ExpandDims', [X], { axis: 1 })),
      'axis is not honoured; expected an axis that leaves (batch, time, features), got 1',
    ],
    [
      'before the batch',
      () => functional([v, op('ExpandDims', [tensor('v')], { axis: 0 })]),
      'axis is not honoured; expected an axis that leaves (batch, time, features), got 0',
    ],
    ['an axis of four', () => on(op('Squeeze', [X], { axis: 2 })), 'axis is not honoured; expected axes of one, got 2'],
    [
      'rows of the batch put together',
      () => on(op('Reshape', [X], { newshape: [-1, 12] }), fixed),
      'a shape that is not honoured; expected (-1, features) or (-1, time, features) of as many numbers, got [-1, 12]',
    ],
    [
      'a shape of four',
      () => on(op('Reshape', [X], { newshape: [-1, 2, 3, 4] }), fixed),
      'a shape that is not honoured; ',
    ],
    ['no shape', () => on(op('Reshape', [X], { newshape: 5 }), fixed), 'a shape that is not honoured; '],
    [
      'open time',
      () => on(op('Reshape', [X], { newshape: [-1, 24] })),
      'needs a known number of timesteps; expected an input shape with its time, got None',
    ],
    [
      'the batch behind',
      () => on(op('Transpose', [X], { axes: [1, 0, 2] }), fixed),
      'axes are not honoured; expected (0, 2, 1) of three, got [1, 0, 2]',
    ],
    [
      'a vector beside a sequence',
      () => functional([x, v, op('Concatenate', [[X, tensor('v')]])]),
      'values of different axes; expected the same axes, got batch, time, features and batch, features',
    ],
    [
      'nothing',
      () => on(op('Concatenate', [[], X])),
      'an argument that is not honoured; expected values of the model, or numbers, got []',
    ],
    [
      'sequences in a stack',
      () => on(op('Stack', [[X, X]], { axis: 1 })),
      'axis is not honoured; expected one behind the batch, of values of one shape, got 1',
    ],
    [
      'features repeated',
      () => on(op('Repeat', [X], { repeats: 2, axis: 2 })),
      'axis is not honoured; expected the timesteps, got 2',
    ],
    [
      'a sequence over and over',
      () => on(op('Tile', [X], { repeats: [1, 2, 1] })),
      'repeats are not honoured; expected (1, count, 1) of a single timestep, got [1, 2, 1]',
    ],
    [
      'features from the last',
      () => on(op('Flip', [X], { axis: 2 })),
      'axis is not honoured; expected the timesteps, got 2',
    ],
    [
      'a turned factor',
      () => functional([fixed, tf('linalg.matmul', { b: ['x', 0, 0], transpose_a: true })], {}, '2.15.0'),
      'transpose_a is not honoured; expected false, got true',
    ],
    [
      'a product of vectors',
      () => functional([v, op('Matmul', [tensor('v'), tensor('v')])]),
      'a product that is not honoured; expected two values of (batch, time, features)',
    ],
    ['factors that do not fit', () => on(op('Matmul', [X, X]), fixed), 'sizes that do not fit; expected 4, got 6'],
    [
      'five timesteps beside six',
      () => functional([fixed, input('v', 5, 4), op('Add', [X, tensor('v')])]),
      'different numbers of timesteps; expected 6, got 5',
    ],
    [
      'a layer that wants features',
      () => functional([input('x', null), with2(lstm('l'), 'x')]),
      'layer "l" (LSTM): its input has no features; expected (batch, time, features), or (batch, features), got (batch, time)',
    ],
  ])('%s', (_, read, expected) => {
    expect(read()).toContain(expected);
  });
});

it('the operations that are changed are good ones', () => {
  for (const made of [op('Add', [X, 1]), op('Mean', [X], { axis: 1 }), op('GetItem', [X, [ALL, -1]]), op('Relu', [X])])
    expect(on(made)).toBe('nothing was thrown');
  expect(functional([x, tf('math.add', { y: 1 })], {}, '2.15.0')).toBe('nothing was thrown');
});
