import { expect, it } from 'vitest';
import { functional, input, layer, said, sequential, tensor, with3 } from './made.js';

// Configs that no Keras writes: their words.

it.each<[string, () => string, RegExp]>([
  ['a model of no layers', () => said({}, []), /no layers; expected at least one/],
  [
    'a model of no layers in a model',
    () => sequential([6, 4], layer('inner', 'Sequential', { layers: [] })),
    /"inner".*no layers; expected at least one/,
  ],
  [
    'a model called with nothing',
    () => {
      const tanh = { class_name: 'Activation', name: 'a', config: { name: 'a', activation: 'tanh' } };
      return functional([input('x', 6, 4), with3(layer('inner', 'Sequential', { layers: [tanh] }), [])]);
    },
    /"inner".*wrong number of inputs; expected at least 1, got 0/,
  ],
  [
    'token ids of two features',
    () =>
      said({}, [
        layer('x', 'InputLayer', { batch_shape: [null, 6, 2], dtype: 'int32' }),
        layer('e', 'Embedding', { input_dim: 4, output_dim: 2 }, [[4, 2]]),
      ]),
    /^input "x": a shape that is not honoured; expected \(batch, features\), .* or \(batch, time\) of token ids, got \[null, 6, 2\]$/,
  ],
  [
    'a mask made with settings',
    () =>
      functional([
        input('x', 6, 4),
        with3(layer('ne', 'NotEqual'), [tensor('x'), 0], { loud: true }),
        with3(layer('any', 'Any', { axis: -1, keepdims: false }), [tensor('ne')]),
      ]),
    /an operation that is not honoured; expected one that makes masks of masks/,
  ],
])('%s', (_, message, words) => {
  expect(message()).toMatch(words);
});
