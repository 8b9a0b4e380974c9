import { describe, expect, it } from 'vitest';
import type { Json } from './cases.js';
import { functional, input, layer, lstm, type Made, tensor, with2, with3, x } from './made.js';

// Layers of attention that are refused, in words that say where, what was expected, and what came. Files that are read are those of
// generate_keras_attention_files.py.

const attention = (config: Json = {}): Made => layer('a', 'Attention', config, config.use_scale ? [[]] : []);
const heads = (config: Json = {}, features = 4): Made =>
  layer('h', 'MultiHeadAttention', { num_heads: 2, key_dim: 3, ...config }, [
    ...[features, features, features].flatMap((n) => [
      [n, 2, 3],
      [2, 3],
    ]),
    [2, 3, 4],
    [4],
  ]);
const masking = with2(layer('m', 'Masking', { mask_value: 0 }), 'x');
const embedded = [input('i', 6), with2(layer('e', 'Embedding', { output_dim: 4, mask_zero: true }, [[5, 4]]), 'i')];
const notEqual = with3(layer('ne', 'NotEqual'), [tensor('x'), 0]);
const any = with3(layer('any', 'Any', { axis: -1, keepdims: false }), [tensor('ne')]);
const on = (...names: string[]): Json[] => names.map((name) => tensor(name));

it.each<[string, () => string]>([
  ['attention', () => functional([x, with2(attention({ use_scale: true }), 'x', 'x')])],
  ['of Keras 2.4, causal', () => functional([x, with2(attention({ causal: true }), 'x', 'x')], {}, '2.4.0')],
  ['heads', () => functional([x, with3(heads(), on('x', 'x'), { use_causal_mask: true })])],
  ['with a mask', () => functional([x, masking, with3(heads(), on('m', 'm'))])],
  [
    'with its mask named',
    () =>
      functional([
        x,
        masking,
        notEqual,
        any,
        with3(heads(), on('x', 'm'), { query_mask: null, value_mask: tensor('any') }),
      ]),
  ],
])('%s is read, so that each of the others is refused for what it says', (_, read) => {
  expect(read()).toBe('nothing was thrown');
});

const REFUSED: [string, () => string, string][] = [
  [
    'one value',
    () => functional([x, with2(attention(), 'x')]),
    'layer "a" (Attention): wrong number of inputs; expected query and value, or query, value and key, got 1',
  ],
  [
    'four values',
    () => functional([x, with3(attention(), [on('x', 'x', 'x', 'x')])]),
    'layer "a" (Attention): wrong number of inputs; expected query and value, or query, value and key, got 4',
  ],
  [
    'a key of another size',
    () => functional([x, with2(lstm('l', { return_sequences: true }), 'x'), with2(attention(), 'x', 'l')]),
    'layer "a" (Attention): a key of another size than the query; expected 4, got 2',
  ],
  [
    'a query that is a vector',
    () => functional([x, with2(lstm('l'), 'x'), with2(attention(), 'l', 'x')]),
    'layer "a" (Attention): its input has no timesteps; expected (batch, time, features), got (batch, features)',
  ],
  [
    'a value without its mask, and a key with another',
    () => functional([x, ...embedded, masking, with3(attention(), [on('x', 'e', 'm')])]),
    'layer "a" (Attention): a value and a key that are masked differently; expected one mask, or a value without one',
  ],
  [
    'a masked value beside a key without a mask',
    () => functional([x, masking, with3(heads(), on('x', 'm', 'x'))]),
    'layer "h" (MultiHeadAttention): a value and a key that are masked differently; expected one mask, or a value without one',
  ],
  [
    'masks in Keras 3.2',
    () => functional([x, masking, with2(attention(), 'm', 'm')], {}, '3.2.0'),
    'layer "a" (Attention): attention over masked values, which Keras 3.0 to 3.3 means in another way; expected values without a mask',
  ],
  [
    'masks in Keras 2.9',
    () => functional([x, masking, with3(heads(), on('m', 'm'))], {}, '2.9.0'),
    'layer "h" (MultiHeadAttention): attention over masked values, which Keras before 2.10 or 3.0 to 3.3 means in another way; expected values without a mask',
  ],
  [
    'a mask that is not the value’s',
    () => functional([x, masking, notEqual, any, with3(attention(), [on('x', 'x')], { mask: [null, tensor('any')] })]),
    'layer "a" (Attention): called with a mask that its input does not carry; expected no mask, got any of x != 0',
  ],
  [
    'a mask that is said to be none',
    () => functional([x, masking, notEqual, any, with3(attention(), [on('m', 'm')], { mask: [tensor('any'), null] })]),
    'layer "a" (Attention): called with a mask that its input does not carry; expected any of x != 0, got no mask',
  ],
  [
    'masks by position',
    () => functional([x, with3(attention(), [on('x', 'x'), on('x', 'x')])]),
    'layer "a": called with masks by position; expected a list, got 2',
  ],
  [
    'masks of heads by position',
    () => functional([x, with3(heads(), [...on('x', 'x'), null, tensor('x')])]),
    'layer "h": called with masks by position; expected query, value, key, got 4',
  ],
  [
    'an attention mask',
    () => functional([x, with3(heads(), on('x', 'x'), { attention_mask: tensor('x') })]),
    'layer "h": called with attention_mask; expected its inputs and initial_state, got ',
  ],
  [
    'weights as an output',
    () => functional([x, with3(heads(), on('x', 'x'), { return_attention_scores: true })]),
    'layer "h": called with return_attention_scores; expected its inputs and initial_state, got true',
  ],
  [
    'a causal mask of a layer that has none',
    () => functional([x, with3(lstm('l'), on('x'), { use_causal_mask: true })]),
    'layer "l": called with use_causal_mask; expected its inputs and initial_state, got true',
  ],
  [
    'axes that are not the time',
    () => functional([x, with3(heads({ attention_axes: [2] }), on('x', 'x'))]),
    'layer "h" (MultiHeadAttention): attention_axes is not honoured; expected [1], the time, got [2]',
  ],
  [
    'a sliding window',
    () => functional([x, with3(heads({ sliding_window: 3 }), on('x', 'x'))]),
    'layer "h" (MultiHeadAttention): sliding_window is not honoured; expected none, got 3',
  ],
  ...['use_gate', 'softmax_robust_masking'].map((key): [string, () => string, string] => [
    key,
    () => functional([x, with3(heads({ [key]: true }), on('x', 'x'))]),
    `layer "h" (MultiHeadAttention): ${key} is not honoured; expected false, got true`,
  ]),
  [
    'a scale that is no number',
    () => functional([x, with2(layer('a', 'Attention', { use_scale: true }, [[4]]), 'x', 'x')]),
    'layer "a" (Attention): weight "a/0" has the wrong shape; expected (), got (4)',
  ],
  [
    'kernels of another size',
    () => functional([x, with3(heads({}, 5), on('x', 'x'))]),
    'layer "h" (MultiHeadAttention): weight "h/0" has the wrong shape; expected (4, 2, 3), got (5, 2, 3)',
  ],
  [
    'heads that share keys',
    () => functional([x, with3(layer('g', 'GroupQueryAttention'), on('x', 'x'))]),
    'layer "g" (GroupQueryAttention): a layer that is not honoured; expected ',
  ],
];

describe('what is not honoured is refused by name', () => {
  it.each(REFUSED)('%s', (_, read, words) => {
    expect(read()).toContain(words);
  });
});
