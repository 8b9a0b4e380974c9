import { describe } from 'vitest';
import { floats, ints, node } from './build.js';
import { B, one, type Row, SEQUENCE, T, table, time, VECTOR, x } from './refused.js';

describe('ONNX, refused by its words: parts, copies and joins', () => {
  const halves = { z: ints([0]), b: ints([2 ** 40]), o: ints([1]), two: ints([2]) };
  const short = node('Slice', 'X z b o two', 'half');
  const trimmed = node('Slice', 'X o b o', 'cut');
  table([
    [
      'values of several ranks joined',
      { nodes: [node('Concat', 'X c', 'Y', { axis: 2 })], init: { c: floats([]) } },
      /values of several ranks; expected 3 axes, got 0/,
    ],
    [
      'a single number tiled as often as cannot be',
      { nodes: [node('Tile', 'X r')], inputs: x(B, T, 1), init: { r: ints([1, 1, -2]) } },
      /a size that cannot be; expected at least 1, got -2/,
    ],
    [
      'an axis added twice',
      { nodes: [node('Unsqueeze', 'X a')], init: { a: ints([1, -4]) } },
      /an axis twice; expected every axis once, got \[1,-4\]/,
    ],
    [
      'elements of a number without axes',
      { nodes: [node('GatherND', 'X i')], inputs: x(), init: { i: ints([0, 0], [2, 1]) } },
      /no such axis; expected -0 to -1, got 0/,
      {},
    ],
    [
      'a product of no matrices',
      { nodes: [node('MatMul', 'X c')], inputs: x(1, T, 6), init: { c: floats([0, 6, 2]) } },
      /very many products, or as many as the run says; expected 1 to 64; options.shapes, got 0/,
      {},
    ],
    ['a sum of one', { nodes: [node('Add', 'X')] }, /an input is missing; expected 2, got 1/],
    ['a sum without its second', { nodes: [node('Sum', 'X  X')] }, /an input is missing; expected 3, got 2/],
    [
      'a choice without its second side',
      { nodes: [node('Equal', 'X X', 'e'), node('Where', 'e X')] },
      /an input is missing; expected 3, got 2/,
    ],
    [
      'a row beyond the only one',
      { nodes: [node('Gather', 'X i')], inputs: x(1, T, 6), init: { i: ints([1]) } },
      /no such axis; expected -1 to 0, got 1/,
      {},
    ],
    [
      'the largest of nothing',
      { nodes: [node('ReduceMax', 'c', 'm', { keepdims: 0 }), node('Add', 'X m')], init: { c: floats([0]) } },
      /a reduction of no numbers; expected a sum or a product, got ReduceMax/,
    ],
    [
      'the mean of nothing',
      { nodes: [node('ReduceMean', 'c', 'm', { keepdims: 0 }), node('Add', 'X m')], init: { c: floats([0]) } },
      /a reduction of no numbers; expected a sum or a product, got ReduceMean/,
    ],
    [
      'a flag of 2',
      { nodes: [node('ReduceSum', 'X', 'Y', { keepdims: 2 })] },
      /attribute keepdims is neither 0 nor 1; expected 0 or 1, got 2/,
    ],
    ...(['And', 'Or', 'Xor'] as const).map(
      (op): Row => [
        `${op} of numbers`,
        { nodes: [node('Equal', 'X X', 'e'), node(op, 'e X')] },
        /numbers where truth values are due; expected element type 9 \(bool\), got 1/,
      ],
    ),
    ['Not of numbers', { nodes: [node('Not', 'X')] }, /numbers where truth values are due/],
    ['a choice by numbers', { nodes: [node('Where', 'X X X')] }, /numbers where truth values are due/],
    [
      'more parts than outputs',
      { nodes: [node('Split', 'X', 'Y', { axis: 2, num_outputs: 3 })], opset: 18 },
      /num_outputs are not its outputs; expected 1, got 3/,
    ],
    [
      'one row of the batch',
      { nodes: [node('Gather', 'X i', 'Y', { axis: 0 })], init: { i: ints([0], []) } },
      /takes one row of the batch; expected rows that stand alone, got index 0/,
    ],
    [
      'some rows of the batch',
      { nodes: [node('Gather', 'X i', 'Y', { axis: 0 })], init: { i: ints([1, 0]) } },
      /takes some rows of the batch; expected rows that stand alone, got \[1,0\]/,
    ],
    [
      'a part of the batch',
      { nodes: [node('Slice', 'X z o z')], init: { z: ints([0]), o: ints([1]) } },
      /a part of the batch; expected rows that stand alone, got 0 to 1/,
    ],
    [
      'a timestep among features',
      {
        nodes: [node('Reshape', 'X r', 'f'), node('Gather', 'f i', 'Y', { axis: 1 })],
        init: { r: ints([0, -1]), i: ints([2], []) },
      },
      /a timestep of a time mixed with features/,
    ],
    [
      'timesteps among features',
      { nodes: [node('Reshape', 'X r', 'f'), node('Slice', 'f o two o')], init: { r: ints([0, -1]), ...halves } },
      /a part of a time mixed with features/,
    ],
    [
      'a few timesteps backwards',
      {
        nodes: [node('Slice', 'X a e o s')],
        init: { a: ints([-2]), e: ints([-(2 ** 40)]), o: ints([1]), s: ints([-1]) },
      },
      /walks backwards over a part of the timesteps; expected the whole sequence backwards, got -2 to -1099511627776 by -1/,
    ],
    [
      'ends from both sides',
      { nodes: [node('Slice', 'X a two o')], init: { ...halves, a: ints([-3]) } },
      /a part that depends on the time; expected ends that do not, got -3 to 2/,
    ],
    [
      'nothing',
      { nodes: [node('Slice', 'X a a two')], init: { a: ints([3]), two: ints([2]) } },
      /takes nothing; expected at least one, got 3 to 3 of 6/,
    ],
    [
      'no index',
      { nodes: [node('Gather', 'X i', 'Y', { axis: 2 })], init: { i: ints([]) } },
      /takes nothing; expected at least one index, got \[\]/,
    ],
    [
      'a part of constants as long as the run',
      {
        nodes: [
          node('Shape', 'X', 's'),
          node('ConstantOfShape', 's', 'c'),
          node('Slice', 'c z two o', 'd'),
          node('Add', 'X d'),
        ],
        init: halves,
      },
      /a part of a size that depends on the run; expected a fixed one, got time/,
    ],
    [
      'some timesteps reversed',
      { nodes: [node('ReverseSequence', 'X l', 'Y', { batch_axis: 0, time_axis: 1 })], init: { l: ints([2]) } },
      /turns a part of the timesteps; expected the whole time, time, of every row, got 2/,
    ],
    [
      'a split of the time',
      { nodes: [node('Split', 'X', 'Y b', { axis: 1 })] },
      /splits an axis that depends on the run; expected a fixed size, got time/,
    ],
    [
      'a split that does not add up',
      { nodes: [node('Split', 'X p', 'Y b', { axis: 2 })], init: { p: ints([1, 2]) } },
      /parts that do not add up; expected 2 parts of 6, got \[1,2\]/,
    ],
    [
      'very many picks',
      {
        nodes: [node('Gather', 'X i', 'Y', { axis: 2 })],
        init: { i: ints(Array.from({ length: 5000 }, (_, i) => (i * 2) % 5)) },
      },
      /gathers very many in another order; expected at most 4096, got 5000/,
    ],
    [
      'indices of several axes',
      { nodes: [node('GatherND', 'X i', 'Y', { batch_dims: 1 })], init: { i: ints([1], [1, 1]) } },
      /indices of several axes; expected batch_dims 0, indices \[\.\.\., 1\], got \[1,1\]/,
    ],
    ['indices made at run time', { nodes: [node('Gather', 'X X', 'Y', { axis: 2 })] }, /the index is not constant/],
    [
      'columns by token ids',
      {
        nodes: [node('Gather', 'E X', 'Y', { axis: 1 })],
        inputs: { X: { dims: [B, T], type: 7 } },
        init: { E: floats([4, 3]) },
      },
      /not a table of rows by token ids; expected a table \[vocabulary, features\], ids of the input, got \[4,3\]/,
      { axes: { X: [B, T] } },
    ],
    [
      'repeats that do not fit',
      { nodes: [node('Tile', 'X r')], init: { r: ints([1, 2]) } },
      /repeats that do not fit; expected 3 of them, got 2/,
    ],
    [
      'repeats that the run decides',
      {
        nodes: [...time, node('Unsqueeze', 't z', 'v'), node('Concat', 'u v u', 'r', { axis: 0 }), node('Tile', 'X r')],
        init: { ...one, z: ints([0]), u: ints([1]) },
      },
      /repeats as often as the run says; expected a fixed number of times; options.shapes/,
    ],
    [
      'constants tiled beyond names',
      {
        nodes: [
          trimmed,
          node('Shape', 'cut', 's'),
          node('ConstantOfShape', 's', 'c'),
          node('Shape', 'X', 'xs'),
          node('Tile', 'c xs', 'd'),
          node('Add', 'X d'),
        ],
        init: halves,
      },
      /\(Add\): shapes that do not go together; .*got \[batch×batch,\(time-1\)×time,36\]/,
    ],
    [
      'a sequence repeated very often',
      {
        nodes: [node('Unsqueeze', 'X a', 'u'), node('Expand', 'u n')],
        init: { a: ints([3]), n: ints([1, 1, 1, 2000]) },
      },
      /repeats a sequence very often; expected at most 1024 times, got 2000/,
    ],
    [
      'a vector at times that no sequence has',
      {
        nodes: [
          node('Shape', 'X', 's'),
          node('Concat', 's three', 'd', { axis: 0 }),
          node('Unsqueeze', 'Z o', 'u'),
          node('Expand', 'u d', 'e'),
          node('Neg', 'e'),
        ],
        inputs: { X: { dims: [B, T], type: 7 }, Z: { dims: [B, 3] } },
        init: { three: ints([3]), o: ints([1]) },
      },
      /repeats a value as often as the run says; expected the time of a sequence; options.shapes, got time/,
      { axes: { X: [B, T], Z: ['batch', 'features'] } },
    ],
    [
      'batches joined',
      { nodes: [node('Neg', 'X', 'n'), node('Concat', 'X n', 'Y', { axis: 0 })] },
      /joins batches; expected rows that stand alone, got axis 0/,
    ],
    [
      'two times joined',
      { nodes: [short, node('Concat', 'X half', 'Y', { axis: 1 })], init: halves },
      /joins times that depend on the run/,
    ],
    [
      'a time joined to itself',
      { nodes: [node('Concat', 'X X', 'Y', { axis: 1 })] },
      /joins times that depend on the run; expected one of them at most; options.shapes, got 2/,
    ],
    [
      'constants as long as the run joined',
      { nodes: [node('Shape', 'X', 's'), node('ConstantOfShape', 's', 'c'), node('Concat', 'X c', 'Y', { axis: 1 })] },
      /constants of a size that depends on the run; expected sizes in the file/,
    ],
    [
      'a constant for every row joined',
      { nodes: [node('Concat', 'X c', 'Y', { axis: 1 })], inputs: x(B, 6), init: { c: floats([3, 2]) } },
      /constants that differ from row to row; expected one for all rows/,
      VECTOR,
    ],
    [
      'a vector and a sequence joined',
      {
        nodes: [node('Unsqueeze', 'Z o', 'u'), node('Expand', 'u n', 'e'), node('Concat', 'X e', 'Y', { axis: 2 })],
        inputs: { ...x(B, 5, 6), Z: { dims: [B, 3] } },
        init: { o: ints([1]), n: ints([1, 5, 1]) },
      },
      /joins a vector to a sequence; expected one kind of value/,
      { axes: { ...SEQUENCE.axes, Z: ['batch', 'features'] } },
    ],
  ]);
});
