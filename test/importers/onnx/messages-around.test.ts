import { describe } from 'vitest';
import { floats, ints, node, type Parts } from './build.js';
import { B, FIXED, one, table, time, VECTOR, x } from './refused.js';

const einsum = (inputs: string, equation?: string): Parts['nodes'] => [
  node('Einsum', inputs, 'Y', equation === undefined ? {} : { equation }),
];
const W = { W: floats([6, 4]) };

describe('ONNX, refused by its words: operators around a recurrence', () => {
  table([
    [
      'running sums over two axes',
      { nodes: [node('CumSum', 'X a')], init: { a: ints([1, 2]) } },
      /\(CumSum\): running sums over several axes; expected one axis, got 2/,
    ],
    [
      'running sums over the batch',
      { nodes: [node('CumSum', 'X a')], init: { a: ints([0], []) } },
      /\(CumSum\): works across the batch; expected rows that stand alone, got axis 0/,
    ],
    [
      'the largest of the batch',
      { nodes: [node('ArgMax', 'X', 'Y', { axis: 0 })] },
      /\(ArgMax\): works across the batch; expected rows that stand alone, got axis 0/,
    ],
    [
      'a norm of sizes that the run has',
      {
        nodes: [...time, node('Unsqueeze', 't z', 'u'), node('ReduceL1', 'u', 'n'), node('Mul', 'X n')],
        init: { ...one, z: ints([0]) },
      },
      /\(ReduceL1\): depends on the size of the input; .*got time and time/,
    ],
    [
      'statistics for each place',
      {
        nodes: [node('BatchNormalization', 'X s b m v', 'Y', { spatial: 0 })],
        init: { s: floats([6]), b: floats([6]), m: floats([6]), v: floats([6]) },
        inputs: x(B, 6),
        opset: 7,
      },
      /\(BatchNormalization\): statistics for each place; expected spatial 1, got 0/,
      VECTOR,
    ],
    [
      'a norm over nothing',
      { nodes: [node('InstanceNormalization', 'X s s')], init: { s: floats([6]) }, inputs: x('batch', 6) },
      /\(InstanceNormalization\): not channels over timesteps; expected at least 3 axes, got 2/,
      VECTOR,
    ],
    [
      'a rest in floating point',
      { nodes: [node('Mod', 'X c', 'Y', { fmod: 1 })], init: { c: floats([], [2]) } },
      /\(Mod\): a rest of numbers that are not whole; expected whole numbers, fmod 0/,
    ],
    [
      'scales that do not fit',
      { nodes: [node('QuantizeLinear', 'X s')], init: { s: floats([1, 2]) } },
      /\(QuantizeLinear\): scales that do not fit; expected one, or one for each place along an axis, got \[1,2\]/,
    ],
    [
      'numbers of a type that is not quantised to',
      { nodes: [node('QuantizeLinear', 'X s', 'Y', { output_dtype: 17 })], init: { s: floats([], [1]) }, opset: 21 },
      /\(QuantizeLinear\): a type that is not quantised to; expected whole numbers of 4 to 16 bits, got 17/,
    ],
    [
      'a precision of its own',
      { nodes: [node('QuantizeLinear', 'X s', 'Y', { precision: 10 })], init: { s: floats([], [1]) }, opset: 23 },
      /\(QuantizeLinear\): a precision of its own; expected 0/,
    ],
  ]);
});

describe('ONNX, refused by its words: Einsum', () => {
  table([
    ['no equation', { nodes: einsum('X') }, /\(Einsum\): no equation; expected a string/],
    [
      'one for more operands',
      { nodes: einsum('X', 'btf,fo->bto') },
      /an equation that is not understood; expected 1 operands, got btf,fo->bto/,
    ],
    ['signs that mean nothing', { nodes: einsum('X', 'b1f->bf') }, /an equation that is not understood/],
    ['two results', { nodes: einsum('X', 'btf->bf->f') }, /an equation that is not understood/],
    [
      'a diagonal',
      { nodes: einsum('X', 'btt->bt') },
      /labels that do not fit, or a diagonal; expected 3 of them, all different, got btt/,
    ],
    ['too few labels', { nodes: einsum('X', 'bt->b') }, /labels that do not fit, or a diagonal; expected 3 of them/],
    [
      'a label from nowhere',
      { nodes: einsum('X', 'btf->bto') },
      /labels of the result that no operand has; expected b,t,f, got bto/,
    ],
    [
      'sizes that differ',
      { nodes: einsum('X W', 'btf,of->bto'), init: W },
      /shapes that do not go together; expected one size for f, got 6, 4/,
    ],
    [
      'a product over the batch',
      { nodes: einsum('X X', 'btf,bsf->tsf'), inputs: x(B, 5, 6) },
      /works across the batch/,
      FIXED,
    ],
    [
      'nothing but zeros',
      {
        nodes: [
          node('Cast', 'X', 'i', { to: 7 }),
          node('ConstantOfShape', 's', 'c', { value: ints([0]) }),
          ...einsum('i c', 'btf,f->btf'),
        ],
        init: { s: ints([6]) },
      },
      /a product that is the same everywhere/,
    ],
  ]);
});
