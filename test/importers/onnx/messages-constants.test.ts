import { describe } from 'vitest';
import { floats, ints, node } from './build.js';
import { B, one, T, table, time, x } from './refused.js';

describe('ONNX, refused by its words: constants', () => {
  table([
    [
      'as many numbers as cannot be',
      { nodes: [node('ConstantOfShape', 's', 'c'), node('Add', 'X c')], init: { s: ints([-5, -6]) } },
      /too many numbers; expected at most 67108864, got \[-5,-6\]/,
    ],
    [
      'weights that depend on the run',
      { nodes: [node('Shape', 'X', 's'), node('Cast', 's', 'f', { to: 1 }), node('Mul', 'X f')], inputs: x(B, T, 3) },
      /"Mul.Y" \(Mul\): depends on the size of the input; expected a number; give options.shapes/,
    ],
    [
      'starts made at run time',
      { nodes: [node('Slice', 'X X e')], init: { e: ints([1]) } },
      /starts are worked out at run time; expected a constant/,
    ],
    [
      'starts that depend on the run',
      {
        nodes: [...time, node('Unsqueeze', 't z', 'u'), node('Slice', 'X u e o')],
        init: { ...one, z: ints([0]), e: ints([9]), o: ints([1]) },
      },
      /starts depend on the size of the input; expected numbers; give options.shapes/,
    ],
    [
      'an axis that is not there',
      { nodes: [node('Softmax', 'X', 'Y', { axis: 5 })] },
      /no such axis; expected -3 to 2, got 5/,
    ],
    [
      'shapes that do not go together',
      { nodes: [node('Add', 'a b', 'c'), node('Mul', 'X c')], init: { a: floats([2]), b: floats([3]) } },
      /\(Add\): shapes that do not go together; expected \[2\], got \[3\]/,
    ],
    [
      'a comparison that the run decides',
      {
        nodes: [...time, node('Greater', 't five', 'g'), node('Cast', 'g', 'f', { to: 1 }), node('Mul', 'X f')],
        init: { ...one, five: ints([5], []) },
      },
      /\(Greater\): depends on the size of the input; expected options.shapes with the sizes to run with, got time and 5/,
    ],
    [
      'parts of different shapes',
      {
        nodes: [node('Concat', 'a b', 'c', { axis: 0 }), node('MatMul', 'X c')],
        init: { a: floats([2, 2]), b: floats([3, 3]) },
      },
      /\(Concat\): shapes that do not go together; expected \[2,2\] but for axis 0, got \[3,3\]/,
    ],
    [
      'a step of 0',
      { nodes: [node('Slice', 'X a b a z')], init: { a: ints([1]), b: ints([2]), z: ints([0]) } },
      /\(Slice\): a step of 0/,
    ],
    [
      'ends without starts',
      { nodes: [node('Slice', 'X a b')], init: { a: ints([1]), b: ints([2, 3]) } },
      /starts and ends do not go together/,
    ],
    [
      'a range of every other number',
      {
        nodes: [...time, node('Range', 'z t two', 'r'), node('Cast', 'r', 'f', { to: 1 }), node('Mul', 'X f')],
        init: { ...one, z: ints([0], []), two: ints([2], []) },
      },
      /\(Range\): a range whose ends depend on the run; expected one number after another, got by 2/,
    ],
    [
      'no permutation',
      { nodes: [node('Transpose', 'X', 'Y', { perm: [0, 0, 1] })] },
      /not a permutation; expected each axis below 3 once, got \[0,0,1\]/,
    ],
    [
      'the larger of batch and time',
      {
        nodes: [
          node('Shape', 'X', 's'),
          node('ReduceMax', 's', 'm', { keepdims: 0 }),
          node('Cast', 'm', 'f', { to: 1 }),
          node('Mul', 'X f'),
        ],
      },
      /\(ReduceMax\): depends on the size of the input; .*got batch and time/,
    ],
    [
      'scales that do not fit',
      {
        nodes: [node('DequantizeLinear', 'q s', 'w', { axis: 0 }), node('MatMul', 'X w')],
        init: { q: ints([1, 2, 3, 4, 5, 6], [6, 1]), s: floats([4]) },
      },
      /\(DequantizeLinear\): scales that do not fit; expected 1 or 6, got \[4\]/,
    ],
    [
      'a product of constants',
      { nodes: [node('MatMul', 'a b', 'w'), node('Mul', 'X w')], init: { a: floats([2, 3]), b: floats([2, 3]) } },
      /\(MatMul\): shapes that do not go together; expected \[2,3\], got \[2,3\]/,
    ],
    [
      'roots of sizes',
      {
        nodes: [node('Shape', 'X', 's'), node('Cast', 's', 'f', { to: 1 }), node('Sqrt', 'f', 'r'), node('Mul', 'X r')],
      },
      /\(Sqrt\): depends on the size of the input/,
    ],
    [
      'too many numbers',
      { nodes: [node('Expand', 'a n', 'c'), node('Add', 'X c')], init: { a: floats([1]), n: ints([100000, 100000]) } },
      /too many numbers; expected at most 67108864, got \[100000,100000\]/,
    ],
    [
      'a Constant of none of its kinds',
      { nodes: [node('Constant', '', 'c'), node('Mul', 'X c')] },
      /a constant without a number; expected value, value_float\(s\) or value_int\(s\)/,
    ],
    [
      'a shape that cannot be',
      { nodes: [node('Mul', 'X c')], init: { c: { ...floats([1]), dims: [-1n] } } },
      /tensor "c": a shape that cannot be; expected sizes, got -1/,
    ],
    [
      'too few numbers',
      { nodes: [node('Mul', 'X c')], init: { c: { ...floats([1]), dims: [2n, 3n] } } },
      /tensor "c": wrong size; expected 6 numbers for \[2,3\], got 1/,
    ],
  ]);
});
