import { expect, it } from 'vitest';
import type { Json } from './cases.js';
import { dense, functional, input, layer, lstm, type Made, plain, sequential, tensor, with2, with3 } from './made.js';

// What is refused of values whose timesteps are images, (batch, time, rows, columns, channels), and of models that TimeDistributed applies.

const IMAGES = [6, 5, 4, 3];
const one = (...made: Made[]): string => sequential(IMAGES, ...made);
const wrapped = (inner: Made, name = 't'): Made => ({
  ...layer(name, 'TimeDistributed', { layer: plain(inner) }),
  weights: inner.weights,
});
const conv = (config: Json = {}, shape = [3, 3, 3, 4]): Made =>
  layer('c', 'Conv2D', { filters: 4, kernel_size: [3, 3], ...config }, [shape, [4]]);
const model = (layers: readonly Made[], config: Json = {}): Made => ({
  ...layer('t', 'TimeDistributed', {
    layer: { class_name: 'Sequential', config: { name: 'inner', layers: layers.map(({ layer }) => layer) } },
    ...config,
  }),
  weights: layers.flatMap(({ weights }) => weights),
});
const x = input('x', ...IMAGES);
const convLstm = (config: Json = {}, size = [2, 2]): Made =>
  layer('v', 'ConvLSTM2D', { filters: 2, kernel_size: [2, 2], recurrent_activation: 'sigmoid', ...config }, [
    [...size, 3, 8],
    [...size, 2, 8],
    [8],
  ]);
const reshape = (target: unknown): Made => layer('r', 'Reshape', { target_shape: target });

it.each<[string, () => string, string]>([
  [
    'a layer of time and features',
    () => one(lstm('l')),
    'layer "l" (LSTM): its input has two axes too many; expected (batch, time, features), or Activation,',
  ],
  ['a layer of frequencies', () => one(conv()), 'layer "c" (Conv2D): its input has two axes too many'],
  [
    'a wrapped layer of other values',
    () => one(wrapped(lstm('l'))),
    'layer "t" (TimeDistributed): a wrapped layer that is not honoured; expected Activation,',
  ],
  ['more axes', () => sequential([6, 5, 4, 3, 2], wrapped(conv())), 'input "x": a shape that is not honoured'],
  ['an open axis', () => sequential([6, null, 4, 3], wrapped(conv())), 'input "x": a shape that is not honoured'],
  [
    'no row left',
    () => one(wrapped(conv({ kernel_size: [6, 1] }, [6, 1, 3, 4]))),
    'layer "t" (TimeDistributed), wrapped: no row is left; expected at least one, got 0',
  ],
  [
    'no column left',
    () => one(wrapped(conv({ kernel_size: [1, 5] }, [1, 5, 3, 4]))),
    'layer "t" (TimeDistributed), wrapped: no frequency is left; expected at least one, got 0',
  ],
  [
    'images of other sizes',
    () =>
      functional([
        x,
        with2(wrapped(layer('u', 'UpSampling2D', { size: [2, 1] }), 'a'), 'x'),
        with2(wrapped(layer('v', 'UpSampling2D', { size: [1, 2] }), 'b'), 'x'),
        with2(layer('s', 'Add'), 'a', 'b'),
      ]),
    'layer "s" (Add): different numbers of rows; expected 10, got 5',
  ],
  [
    'an image and none',
    () => functional([x, with2(wrapped(layer('f', 'Flatten'), 'a'), 'x'), with2(layer('s', 'Add'), 'x', 'a')]),
    'layer "s" (Add): its input has another number of axes; expected (batch, time, rows, columns, channels), got fewer',
  ],
  [
    'joined along rows',
    () => functional([x, with2(layer('s', 'Concatenate', { axis: 2 }), 'x', 'x')]),
    'layer "s" (Concatenate): axis is not honoured; expected 4, the channels, got 2',
  ],
  ['another shape', () => one(reshape([6, 7, -1])), 'layer "r" (Reshape): target_shape is not honoured'],
  [
    'of each image',
    () => one(wrapped(reshape([7, -1]))),
    'layer "t" (TimeDistributed), wrapped: target_shape is not honoured; expected up to three sizes of 60 numbers, got [7, -1]',
  ],
  [
    'norms over rows',
    () => one(layer('n', 'BatchNormalization', { axis: 3 }, [[4], [4], [4], [4]])),
    'layer "n" (BatchNormalization): axis is not honoured; expected -1 or 4, the features, got 3',
  ],
  [
    'slopes per row',
    () => one(layer('p', 'PReLU', { shared_axes: [1, 2] }, [[1, 1, 4, 3]])),
    'layer "p" (PReLU): a slope per timestep; expected shared_axes [1, 2, 3] or [1], got 1,2',
  ],
  [
    'softmax over the channels',
    () => one(wrapped(conv({ activation: 'softmax' }))),
    'softmax over the channels of each frequency; expected another activation',
  ],
  [
    'a wrapper in a wrapper',
    () => sequential([6, 4], wrapped(wrapped(dense('d'), 'u'))),
    'layer "t" (TimeDistributed): a wrapped layer that is not honoured',
  ],
  [
    'a wrapper within a model that is wrapped',
    () => sequential([6, 4], model([wrapped(dense('d'), 'u')])),
    'layer "u" (TimeDistributed): a wrapped layer that is not honoured; expected no TimeDistributed in another',
  ],
  [
    'a model within one that wraps a model',
    () => sequential([6, 4], model([{ ...model([dense('d')]), layer: { ...model([dense('d')]).layer, name: 'u' } }])),
    'layer "u" (TimeDistributed): a wrapped layer that is not honoured; expected no TimeDistributed in another',
  ],
  [
    'a recurrent layer at every timestep of features',
    () => sequential([6, 4], model([lstm('l')])),
    'layer "l" (LSTM): a wrapped layer that is not honoured; expected Dense,',
  ],
  [
    'a setting of the wrapper',
    () => sequential([6, 4], model([dense('d')], { unknown: 1 })),
    'layer "t" (TimeDistributed): a setting that is not honoured: unknown; expected one of those of this layer, got unknown = 1',
  ],
  [
    'an operation within a wrapped model',
    () => {
      const made = with3(layer('o', 'Add'), [tensor('i'), 1]);
      const inner = {
        class_name: 'Functional',
        config: {
          name: 'inner',
          layers: [input('i', 4).layer, { ...made.layer, module: 'keras.src.ops.numpy' }],
          input_layers: [['i', 0, 0]],
          output_layers: [['o', 0, 0]],
        },
      };
      return sequential([6, 4], layer('t', 'TimeDistributed', { layer: inner }));
    },
    'layer "o" (Add): an operation within a wrapped model; expected a layer, got Add',
  ],
  [
    'masked timesteps of a wrapped model',
    () => sequential([6, 4], layer('m', 'Masking', { mask_value: 0 }), model([dense('d')])),
    'layer "t" (TimeDistributed): a masked input; expected one without a mask',
  ],
  [
    'masked timesteps that are flattened',
    () => sequential([6, 4], layer('m', 'Masking', { mask_value: 0 }), wrapped(layer('f', 'Flatten'))),
    'layer "t" (TimeDistributed): a masked input; expected one without a mask',
  ],
  [
    'two inputs of a wrapped model',
    () => functional([input('a', 6, 4), input('b', 6, 4), with2(model([dense('d')]), 'a', 'b')]),
    'layer "t" (TimeDistributed): wrong number of inputs; expected 1, got 2',
  ],
  [
    'a convolutional LSTM over frequencies',
    () => sequential([6, 4, 3], convLstm()),
    'layer "v" (ConvLSTM2D): its input has an axis too many',
  ],
  [
    'a convolutional LSTM over features',
    () => sequential([6, 4], convLstm()),
    'layer "v" (ConvLSTM2D): its input has another number of axes; expected (batch, time, rows, columns, channels), got fewer',
  ],
  [
    'one that does not say its gates',
    () => one(convLstm({ recurrent_activation: null })),
    'layer "v" (ConvLSTM2D): no recurrent_activation, whose default differs between versions; expected one, got none',
  ],
  [
    'of which nothing is left',
    () => one(convLstm({ kernel_size: [6, 1] }, [6, 1])),
    'layer "v" (ConvLSTM2D): no place is left; expected at least one, got 0 by 4',
  ],
  [
    'a kernel of another shape',
    () => one(convLstm({}, [3, 2])),
    'layer "v" (ConvLSTM2D): weight "v/0" has the wrong shape; expected (2, 2, 3, 8), got (3, 2, 3, 8)',
  ],
  [
    'one state of two',
    () => functional([x, with2(convLstm(), 'x', 'x')]),
    'layer "v" (ConvLSTM2D): wrong number of initial states; expected 2, got 1',
  ],
  [
    'states of another size',
    () => functional([x, with2(convLstm(), 'x', 'x', 'x')]),
    'layer "v" (ConvLSTM2D): an initial state of another size; expected 24 numbers, got 360',
  ],
  [
    'both ways',
    () => one({ ...layer('b', 'Bidirectional', { layer: plain(convLstm()) }), weights: [] }),
    'layer "b" (Bidirectional): its input has two axes too many',
  ],
])('%s', (_, read, words) => {
  expect(read()).toContain(words);
});
