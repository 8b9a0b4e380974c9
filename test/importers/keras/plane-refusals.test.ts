import { describe, expect, it } from 'vitest';
import type { Json } from './cases.js';
import { dense, functional, input, layer, lstm, type Made, plain, sequential, tensor, with2, with3 } from './made.js';

// What is refused of values with an axis of frequencies, (batch, time, frequency, channels): never taken for time and features.

const PLANE = [6, 5, 3];
const one = (made: Made): string => sequential(PLANE, made);
const conv = (config: Json = {}, shape = [3, 3, 3, 4]): Made =>
  layer('c', 'Conv2D', { filters: 4, kernel_size: [3, 3], ...config }, [shape, [4]]);
const wrapped = (inner: Made): Made => ({
  ...layer('t', 'TimeDistributed', { layer: plain(inner) }),
  weights: inner.weights,
});
const x = input('x', ...PLANE);
const pool = (name: string, size: number[]): Made =>
  with2(layer(name, 'MaxPooling2D', { pool_size: size, strides: [1, 1] }), 'x');

const REFUSED: readonly [string, () => string, string][] = [
  [
    'a layer of time and features',
    () => one(lstm('l')),
    'layer "l" (LSTM): its input has an axis too many; expected (batch, time, features), or Activation,',
  ],
  [
    'an operation',
    () => functional([x, with2(layer('a', 'Abs'), 'x')]),
    'layer "a" (Abs): a layer that is not honoured',
  ],
  [
    'an operation of Keras 3',
    () => {
      const made = with3(layer('o', 'Add'), [tensor('x'), 1]);
      return functional([x, { ...made, layer: { ...made.layer, module: 'keras.src.ops.numpy' } }]);
    },
    'layer "o" (Add): an operation on a value with an axis of frequencies; expected a layer, got Add',
  ],
  [
    'a layer of frequencies without them',
    () => sequential([6, 4], layer('p', 'MaxPooling2D')),
    'layer "p" (MaxPooling2D): its input has another number of axes; expected (batch, time, frequency, channels), got (batch, time, features)',
  ],
  [
    'another order of axes',
    () => one(conv({ data_format: 'NCHW' })),
    'layer "c" (Conv2D): data_format is not honoured; expected channels_last, got "NCHW"',
  ],
  [
    'channels first, of any number of timesteps',
    () =>
      sequential(
        [null, 5, 3],
        layer('c', 'Conv2D', { filters: 4, kernel_size: 1, data_format: 'channels_first' }, [[1, 1, 6, 4], [4]]),
      ),
    'layer "c" (Conv2D): needs a known number of timesteps; expected an input shape with its time, got None',
  ],
  [
    'channels first, a setting that is not known',
    () => one(conv({ data_format: 'channels_first', unknown: 1 }, [3, 3, 6, 4])),
    'layer "c" (Conv2D): a setting that is not honoured: unknown',
  ],
  [
    'a kernel of three axes',
    () => one(conv({ kernel_size: [3, 3, 3] })),
    'layer "c" (Conv2D): kernel_size is not honoured; expected a size, or two, got [3, 3, 3]',
  ],
  [
    'a causal one',
    () => one(conv({ padding: 'causal' })),
    'layer "c" (Conv2D): padding is not honoured; expected valid, same, got "causal"',
  ],
  [
    'no frequency left',
    () => one(conv({ kernel_size: [1, 6] }, [1, 6, 3, 4])),
    'layer "c" (Conv2D): no frequency is left; expected at least one, got 0',
  ],
  [
    'a weight of another shape',
    () => one(conv({}, [3, 3, 2, 4])),
    'layer "c" (Conv2D): weight "c/0" has the wrong shape; expected (3, 3, 3, 4), got (3, 3, 2, 4)',
  ],
  [
    'softmax over the channels',
    () => one(conv({ activation: 'softmax' })),
    'layer "c.activation": softmax over the channels of each frequency; expected another activation',
  ],
  [
    'output padding',
    () =>
      one(layer('c', 'Conv2DTranspose', { filters: 2, kernel_size: 2, output_padding: [1, 1] }, [[2, 2, 2, 3], [2]])),
    'layer "c" (Conv2DTranspose): output_padding is not honoured; expected none, got [1, 1]',
  ],
  [
    'kept axes',
    () => one(layer('g', 'GlobalMaxPooling2D', { keepdims: true })),
    'layer "g" (GlobalMaxPooling2D): keepdims is not honoured; expected false, got true',
  ],
  [
    'padding of one axis',
    () => one(layer('z', 'ZeroPadding2D', { padding: [1] })),
    'layer "z" (ZeroPadding2D): padding is not honoured; expected a size, one for each axis, or two for each, got [1]',
  ],
  [
    'another interpolation',
    () => one(layer('u', 'UpSampling2D', { interpolation: 'bilinear' })),
    'layer "u" (UpSampling2D): interpolation is not honoured; expected nearest, got "bilinear"',
  ],
  [
    'the norm of another axis',
    () => one(layer('b', 'BatchNormalization', { axis: 2 }, [[5], [5], [5], [5]])),
    'layer "b" (BatchNormalization): axis is not honoured; expected -1 or 3, the features, got 2',
  ],
  [
    'the root of the mean square',
    () => one(layer('n', 'LayerNormalization', { rms_scaling: true }, [[3]])),
    'layer "n" (LayerNormalization): rms_scaling is not honoured; expected false, got true',
  ],
  [
    'groups that do not divide',
    () => one(layer('n', 'GroupNormalization', { groups: 2 }, [[3], [3]])),
    'layer "n" (GroupNormalization): groups do not divide the channels; expected a divisor of 3, got 2',
  ],
  [
    'a slope per timestep',
    () => one(layer('p', 'PReLU', { shared_axes: [2] }, [[6, 1, 3]])),
    'layer "p" (PReLU): a slope per timestep; expected shared_axes [1, 2] or [1], got 2',
  ],
  [
    'slopes of another shape',
    () => one(layer('p', 'PReLU', { shared_axes: [1, 2] }, [[1, 1, 2]])),
    'layer "p" (PReLU): slopes of the wrong shape; expected 3 numbers, got (1, 1, 2)',
  ],
  [
    'a merge of other frequencies',
    () => functional([x, pool('p', [1, 2]), with2(layer('a', 'Add'), 'x', 'p')]),
    'layer "a" (Add): different numbers of frequencies; expected 5, got 4',
  ],
  [
    'another axis',
    () => functional([x, pool('p', [1, 1]), with2(layer('a', 'Concatenate', { axis: 0 }), 'x', 'p')]),
    'layer "a" (Concatenate): axis is not honoured; expected 1, 2 or 3, got 0',
  ],
  [
    'a shape that does not hold it',
    () => one(layer('r', 'Reshape', { target_shape: [6, 14] })),
    'layer "r" (Reshape): target_shape is not honoured; expected up to four sizes that hold what there is, got [6, 14]',
  ],
  [
    'a shape of more axes',
    () => one(layer('r', 'Reshape', { target_shape: [6, 5, 3, 1, 1] })),
    'layer "r" (Reshape): target_shape is not honoured; expected up to four sizes that hold what there is, got [6, 5, 3, 1, 1]',
  ],
  [
    'a shape with two sizes left open',
    () => one(layer('r', 'Reshape', { target_shape: [6, -1, -1] })),
    'layer "r" (Reshape): target_shape is not honoured; expected up to four sizes that hold what there is, got [6, -1, -1]',
  ],
  [
    'no order',
    () => one(layer('p', 'Permute', { dims: [1, 1, 2] })),
    'layer "p" (Permute): dims is not honoured; expected each of 1, 2 and 3 once, got [1, 1, 2]',
  ],
  [
    'what is wrapped',
    () => one(wrapped(layer('e', 'Masking'))),
    'layer "t" (TimeDistributed): a wrapped layer that is not honoured; expected Activation,',
  ],
  [
    'a state that lasts',
    () => one(wrapped(lstm('l', { stateful: true }, 3))),
    'layer "t" (TimeDistributed), wrapped: a state that outlasts a frame; expected return_state and stateful false, got true',
  ],
  [
    'both ways of what',
    () => one(wrapped(layer('b', 'Bidirectional', { layer: plain(dense('d', 3)) }, [[3, 3], [3], [3, 3], [3]]))),
    'a layer that is not honoured; expected LSTM, GRU, SimpleRNN, got Dense',
  ],
  [
    'backwards both ways',
    () =>
      one(
        wrapped({
          ...layer('b', 'Bidirectional', { layer: plain(lstm('l', { go_backwards: true }, 3)) }),
          weights: [...lstm('l', {}, 3).weights, ...lstm('l', {}, 3).weights],
        }),
      ),
    'the forward layer walks the wrong way; expected forward and backward, got go_backwards true',
  ],
  [
    'halves of which one gives its last state alone',
    () =>
      one(
        wrapped({
          ...layer('b', 'Bidirectional', {
            layer: plain(lstm('l', { return_sequences: true }, 3)),
            backward_layer: plain(lstm('r', { go_backwards: true, return_sequences: false }, 3)),
          }),
          weights: [...lstm('l', {}, 3).weights, ...lstm('r', {}, 3).weights],
        }),
      ),
    'halves that disagree; expected one return_sequences',
  ],
];

describe('refused, by where, what, expected and got', () => {
  it.each(REFUSED)('%s', (_, read, expected) => {
    expect(read()).toContain(expected);
  });
});
