import { describe } from 'vitest';
import { float, floats, ints, node, type Parts } from './build.js';
import { B, T, table, x } from './refused.js';

// Scores of every timestep with every other, which the model has no place for, are followed to attention; what is none is refused.

/** X as queries and keys: `s`, the scores. */
const scores = [node('Transpose', 'X', 'k', { perm: [0, 2, 1] }), node('MatMul', 'X k', 's')];
const softmax = (from: string) => [node('Softmax', from, 'w', { axis: -1 }), node('MatMul', 'w X')];
/** [T, T] of ones. */
const square = [
  node('Shape', 'X', 'shape'),
  node('Slice', 'shape one two', 't'),
  node('Concat', 't t', 'tt', { axis: 0 }),
  node('Expand', 'n tt', 'ones'),
];
const init = {
  n: floats([], [1]),
  one: ints([1]),
  two: ints([2]),
  h: floats([], [0.5]),
  off: ints([2], []),
  low: floats([], [-9]),
};
const one = (nodes: Parts['nodes'], more: Partial<Parts> = {}): Parts => ({ nodes, init, inputs: x(B, T, 6), ...more });

/** X as queries and keys: `sum`, every query with every key; `u`, their tanh. */
const sums = [
  node('Unsqueeze', 'X two', 'q'),
  node('Unsqueeze', 'X one', 'k'),
  node('Add', 'q k', 'sum'),
  node('Tanh', 'sum', 'u'),
];
const features = {
  ...init,
  v: floats([6], [1, 2, 3, 4, 5, 6]),
  c: floats([2, 3], [1, 2, 3, 4, 5, 6]),
  last: ints([-1]),
};
const sum = (nodes: Parts['nodes']): Parts => one([...sums, ...nodes], { init: features });

describe('ONNX, refused by its words: additive attention', () => {
  const followed =
    /scores of every timestep with every other, not as attention has it; expected queries times keys or v·tanh\(q \+ k\), scaled, causal or not, their softmax times values; a fixed time: options.shapes, got /;
  table([
    ['sums without their tanh', sum([node('MatMul', 'sum v', 's'), ...softmax('s')]), followed],
    [
      'a sum of sums without their tanh',
      sum([node('ReduceSum', 'sum last', 's', { keepdims: 0 }), ...softmax('s')]),
      followed,
    ],
    [
      'another function of sums',
      sum([node('Sigmoid', 'sum', 'r'), node('MatMul', 'r v', 's'), ...softmax('s')]),
      followed,
    ],
    ['the tanh of their tanh', sum([node('Tanh', 'u', 'r'), node('MatMul', 'r v', 's'), ...softmax('s')]), followed],
    [
      'sums times numbers of the model',
      sum([node('Mul', 'u q', 'r'), node('MatMul', 'r v', 's'), ...softmax('s')]),
      followed,
    ],
    ['sums weighed twice', sum([node('Mul', 'u v', 'r'), node('MatMul', 'r v', 's'), ...softmax('s')]), followed],
    [
      'one number for all of them',
      sum([node('Mul', 'u h', 'r'), node('MatMul', 'r v', 's'), ...softmax('s')]),
      followed,
    ],
    ['several scores', sum([node('MatMul', 'u c', 's'), ...softmax('s')]), followed],
    ['weights in front', sum([node('MatMul', 'v u', 's'), ...softmax('s')]), followed],
    ['a sum over the keys', sum([node('ReduceSum', 'u two', 's', { keepdims: 0 }), ...softmax('s')]), followed],
    ['sums beside one another', sum([node('Add', 'u u', 'r'), node('MatMul', 'r v', 's'), ...softmax('s')]), followed],
    [
      'softmax of sums',
      sum([node('Softmax', 'u', 'r', { axis: -1 }), node('MatMul', 'r v', 's'), ...softmax('s')]),
      followed,
    ],
  ]);
});

describe('ONNX, refused by its words: attention', () => {
  const followed =
    /scores of every timestep with every other, not as attention has it; expected queries times keys or v·tanh\(q \+ k\), scaled, causal or not, their softmax times values; a fixed time: options.shapes, got /;
  table([
    ['scores that weigh without softmax', one([...scores, node('MatMul', 's X')]), followed],
    [
      'softmax over the queries',
      one([...scores, node('Softmax', 's', 'w', { axis: 1 }), node('MatMul', 'w X')]),
      followed,
    ],
    [
      'scores turned over',
      one([...scores, node('Transpose', 's', 'v', { perm: [0, 2, 1] }), ...softmax('v')]),
      followed,
    ],
    ['scores of another function', one([...scores, node('Tanh', 's', 'v'), ...softmax('v')]), followed],
    ['scores beside one another', one([...scores, node('Add', 's s', 'v'), ...softmax('v')]), followed],
    ['scores times scores', one([...scores, node('Mul', 's s', 'v'), ...softmax('v')]), followed],
    ['a number divided by scores', one([...scores, node('Div', 'h s', 'v'), ...softmax('v')]), followed],
    [
      'a choice that leaves something',
      one([
        ...scores,
        ...square,
        node('Trilu', 'ones', 'm', { upper: 0 }),
        node('Cast', 'm', 'b', { to: 9 }),
        node('Where', 'b s h', 'v'),
        ...softmax('v'),
      ]),
      followed,
    ],
    [
      'a mask times numbers of the model',
      one([...square, node('Trilu', 'ones', 'm', { upper: 0 }), node('Add', 'm X', 'v'), ...scores, ...softmax('v')]),
      /a mask of every timestep with every other, not as attention has it; .* got Add/,
    ],
    [
      'weights that are scaled',
      one([...scores, node('Softmax', 's', 'w', { axis: -1 }), node('Mul', 'w h', 'v'), node('MatMul', 'v X')]),
      followed,
    ],
    [
      'a mask that leaves something',
      one(
        [
          ...scores,
          ...square,
          node('Trilu', 'ones one', 'lows', { upper: 1 }),
          node('Mul', 'lows low', 'm'),
          node('Add', 's m', 'v'),
          ...softmax('v'),
        ],
        { init: { ...init, one: ints([1]) } },
      ),
      followed,
    ],
    [
      'a mask that is added up',
      one([
        ...square,
        node('Trilu', 'ones', 'm', { upper: 0 }),
        node('CumSum', 'm one', 'c'),
        ...scores,
        node('Add', 's c', 'v'),
        ...softmax('v'),
      ]),
      /a mask of every timestep with every other, not as attention has it; .* got CumSum/,
    ],
    [
      'weights of other timesteps',
      one([...scores, node('Softmax', 's', 'w', { axis: -1 }), node('Unsqueeze', 'w one', 'u'), node('MatMul', 'u X')]),
      /weights that do not go with what they weigh; expected \[…, queries, keys\] · \[…, keys, features\], got \[/,
    ],
    [
      'scores that come out',
      one(scores, { outputs: ['s'] }),
      /output "s": a number for every timestep with every other; expected a fixed time: options.shapes, got s/,
    ],
    [
      'a loss of heads',
      one(
        [
          node('Reshape', 'X sizes', 'r'),
          node('Transpose', 'r', 'q', { perm: [0, 2, 1, 3] }),
          node('Slice', 'X zero three axis', 'y'),
          node('Transpose', 'y', 'z', { perm: [0, 2, 1] }),
          node('Unsqueeze', 'z one', 'k'),
          node('MatMul', 'q k'),
        ],
        { init: { ...init, sizes: ints([0, 0, 2, 3]), zero: ints([0]), three: ints([3]), axis: ints([2]) } },
      ),
      /a product of every timestep with every other; expected heads of queries beside heads of keys; options.shapes, got Y/,
    ],
    [
      'a triangle on another diagonal',
      one([
        ...square,
        node('Trilu', 'ones off', 'm', { upper: 1 }),
        ...scores,
        node('Add', 's m', 'v'),
        ...softmax('v'),
      ]),
      /a part of as many numbers as the run says; expected one number, the diagonal with what is below it or not; options.shapes, got \[time, time\], k 2/,
    ],
    [
      'a triangle of values',
      one([node('Trilu', 'X')]),
      /a part of numbers that are made at run time; expected constants of two axes or more, got 3 axes/,
    ],
    ['scores as numbers', one([...scores, node('Concat', 's s', 'v', { axis: 1 }), node('Relu', 'v')], {}), followed],
    ['slopes of scores', one([...scores, node('LeakyRelu', 's', 'Y', { alpha: float(0.1) })]), followed],
    [
      'scores times a number for each key',
      one([...scores, node('Einsum', 's v', 'Y', { equation: 'bqk,k->bqk' })], { init: { ...init, v: floats([1]) } }),
      /numbers of every timestep with every other as numbers; expected attention; options.shapes/,
    ],
  ]);
});
