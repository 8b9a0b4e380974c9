import { describe } from 'vitest';
import { floats, ints, node } from './build.js';
import { B, FIXED, one, SEQUENCE, T, table, time, x } from './refused.js';

describe('ONNX, refused by its words: axes', () => {
  const carried = { inputs: { ...x(B, T, 6), h: { dims: [B, 1, 6] } }, outputs: ['Y', 'hn'] };
  table([
    [
      'batches that are none',
      { nodes: [node('Conv', 'X W')], inputs: x(2, 6, 5), init: { W: floats([4, 6, 3]) } },
      /axes that cannot be told apart/,
      { axes: { X: ['features', 'features', 'features'] } },
    ],
    [
      'timesteps as features',
      { nodes: [node('LayerNormalization', 'X g', 'Y', { axis: 1 })], init: { g: floats([6]) } },
      /needs the timesteps of the run as features, or features as timesteps; expected time time, features 6, got time 1, features time·6/,
    ],
    [
      'a softmax over the batch',
      { nodes: [node('Softmax', 'X', 'Y', { axis: 0 })] },
      /works across the batch; expected rows that stand alone, got the batch among what is summed/,
    ],
    [
      'a reduction over the batch',
      { nodes: [node('ReduceMean', 'X', 'Y', { axes: [0] })] },
      /works across the batch; expected rows that stand alone; a batch of 1 in options.shapes, got axes \[0\]/,
    ],
    [
      'more numbers than there are',
      { nodes: [node('Reshape', 'X r')], init: { r: ints([0, 0, 12]) } },
      /a shape that the numbers do not fall into; expected \[batch, time, 12\], got \[batch, time, 6\]/,
    ],
    [
      'sizes that do not divide',
      { nodes: [node('Reshape', 'X r')], init: { r: ints([0, 0, 4, 2]) } },
      /expected \[batch, time, 4, 2\], got \[batch, time, 6\]/,
    ],
    [
      'fewer numbers than there are',
      { nodes: [node('Reshape', 'X r')], init: { r: ints([0, 0]) } },
      /expected \[batch, time\], got \[batch, time, 6\]/,
    ],
    [
      'a size to keep that is not there',
      { nodes: [node('Reshape', 'X r')], init: { r: ints([0, 0, 6, 0]) } },
      /no size to keep; expected an axis, got 3/,
    ],
    [
      'a size that is squared again and again',
      {
        nodes: [
          ...time,
          ...Array.from({ length: 40 }, (_, n) => node('Mul', n === 0 ? 't t' : `t${n} t${n}`, `t${n + 1}`)),
          node('Cast', 't40', 'f', { to: 1 }),
          node('Mul', 'X f'),
        ],
        init: one,
      },
      /shapes: a size that is made of very many others; expected at most 64/,
    ],
    [
      'the number of numbers',
      {
        nodes: [
          node('Slice', 'X o b o', 'c'),
          node('Size', 'c', 'n'),
          node('Cast', 'n', 'f', { to: 1 }),
          node('Mul', 'X f'),
        ],
        init: { o: ints([1]), b: ints([2 ** 40]) },
      },
      /\(Mul\): depends on the size of the input; .*got 6·\(time-1\)×batch/,
    ],
    [
      'constants in a shape of the run',
      { nodes: [node('Shape', 'X', 's'), node('Reshape', 'c s', 'd'), node('Add', 'X d')], init: { c: floats([6]) } },
      /constants in a shape that depends on the input/,
    ],
    [
      'constants in a shape that does not fit',
      { nodes: [node('Reshape', 'c s', 'd'), node('Add', 'X d')], init: { c: floats([6]), s: ints([5]) } },
      /a shape that the numbers do not fall into; expected 6 numbers, got \[5\]/,
    ],
    [
      'an axis that is longer than 1',
      { nodes: [node('Squeeze', 'X a')], init: { a: ints([2]) } },
      /axis 2 is not of size 1; expected 1; options.shapes fixes sizes, got 6/,
    ],
    ['axes to add', { nodes: [node('Unsqueeze', 'X')] }, /\(Unsqueeze\): no axes/],
    [
      'steps of a fixed number beside those of the run',
      {
        nodes: [node('Concat', 'X X', 'c', { axis: 2 }), node('Add', 'c Z')],
        inputs: { ...x(B, 5, 6), Z: { dims: [B, 5, 12] } },
      },
      /timesteps of a fixed number beside those of the run; expected 'fixed' in options.axes, got 5/,
      { axes: { X: [B, T, 'features'], Z: [B, 'fixed', 'features'] } },
    ],
    [
      'two open times side by side',
      { nodes: [node('Concat', 'X Z', 'Y', { axis: 2 })], inputs: { ...x(B, 't', 6), Z: { dims: [B, 'u', 'w'] } } },
      /input "Z": the size of axis 2 is open/,
      { axes: { X: [B, T, 'features'], Z: [B, T, 'features'] } },
    ],
    [
      'values of other sizes side by side',
      { nodes: [node('Concat', 'X Z', 'Y', { axis: 2 })], inputs: { ...x(B, 5, 6), Z: { dims: [B, 7, 6] } } },
      /\(Concat\): shapes that do not go together; expected 5, got 7/,
      { axes: { X: [B, 'fixed', 'features'], Z: [B, 'fixed', 'features'] } },
    ],
    [
      'values that do not go together',
      { nodes: [node('Add', 'X Z')], inputs: { ...x(B, T, 6), Z: { dims: [B, T, 4] } } },
      /shapes that do not go together; expected 6, got 4/,
      { axes: { ...SEQUENCE.axes, Z: ['batch', 'time', 'features'] } },
    ],
    [
      'a value and a constant',
      { nodes: [node('Add', 'X c')], init: { c: floats([4]) } },
      /shapes that do not go together; expected \[batch,time,6\], got \[4\]/,
    ],
    [
      'constants that differ by the row',
      { nodes: [node('Add', 'X c')], inputs: x(3, T, 6), init: { c: floats([3, 1, 6]) } },
      /a constant that differs from row to row or over time; expected one for all, got \[3,1,6\]/,
    ],
    [
      'state at every timestep',
      { nodes: [node('Add', 'X h'), node('Neg', 'h', 'hn')], ...carried },
      /uses carried state at every timestep; expected state that goes into recurrent layers only/,
    ],
    [
      'state repeated at every timestep',
      {
        nodes: [node('Shape', 'X', 's'), node('Expand', 'h s', 'e'), node('Add', 'X e'), node('Neg', 'h', 'hn')],
        ...carried,
      },
      /\(Expand\): uses carried state at every timestep/,
    ],
    [
      'a slope for each timestep',
      { nodes: [node('PRelu', 'X s')], inputs: x(B, 5, 6), init: { s: floats([5, 1]) } },
      /a slope per timestep; expected one per feature/,
      FIXED,
    ],
    [
      'a mean over time and features in one axis',
      { nodes: [node('Reshape', 'X r', 'f'), node('ReduceMean', 'f', 'Y', { axes: [1] })], init: { r: ints([0, -1]) } },
      /reduces a time mixed with features; expected axes of their own, got \[1\]/,
    ],
    [
      'a mean over very many of several',
      {
        nodes: [node('Reshape', 'X r', 'h'), node('ReduceMean', 'h', 'Y', { axes: [2] })],
        inputs: x(B, T, 140),
        init: { r: ints([0, 0, 70, 2]) },
      },
      /reduces many features beside others; expected at most 64, got 70/,
    ],
    [
      'a shape that is a value',
      { nodes: [node('Reshape', 'X X')] },
      /the shape is not constant; expected weights in the file, got a value made at run time/,
    ],
    [
      'padding the batch',
      { nodes: [node('Pad', 'X p')], init: { p: ints([1, 0, 0, 0, 0, 0]) } },
      /pads the batch, or a time mixed with features; expected timesteps or features, got axis 0/,
    ],
    [
      'padding that does not fit',
      { nodes: [node('Pad', 'X p')], init: { p: ints([1, 0]) } },
      /pads that do not fit; expected 6, got 2/,
    ],
    [
      'padding that crops',
      { nodes: [node('Pad', 'X p')], init: { p: ints([0, -1, 0, 0, 0, 0]) } },
      /pads below 0; expected at least 0; Slice to crop, got -1, 0/,
    ],
    [
      'padding that wraps',
      { nodes: [node('Pad', 'X p', 'Y', { mode: 'wrap' })], init: { p: ints([0, 1, 0, 0, 0, 0]) } },
      /a mode that is not honoured; expected constant, reflect or edge, got wrap/,
    ],
  ]);
});
