import { refuse } from '../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../context.js';
import { identity, once } from '../fold/once.js';
import { value } from '../stretch.js';
import { type Constant, constant, type Item } from '../value.js';
import { ELEMENTWISE } from './elementwise.js';
import { matmul } from './product.js';
import type { Run } from './run.js';
import { conv } from './window.js';

// Products of integers, as quantisation at run time writes them. The weights are taken as the numbers they stand for; the values are not
// rounded, as they are not in a quantised LSTM here either.

/** The value itself, of scale 1 and zero point 0. */
function dynamicQuantizeLinear({ where, inputs }: Op, ctx: Context): Item[] {
  const x = value(ctx, where, inputs[0], 'x');
  ctx.reporter.note(`${where}: not quantised; weights that follow are dequantised to float32`);
  return [x, constant([], Float32Array.of(1), 1), constant([], [0], 2)];
}

/** Which inputs are what, and whether the weights' outputs are the first axis or the last. */
interface Places {
  readonly zero: number;
  readonly scale?: number;
  readonly axis: 'first' | 'last';
}

/** The weights of an integer product as floats: less their zero point, times their scale; one for all, or one for each output. */
function weightOf(op: Op, { zero, scale, axis }: Places): Constant {
  const { where, inputs } = op;
  const weight = known(where, inputs[1], 'the weight');
  const outputs = (axis === 'first' ? weight.dims[0] : weight.dims.at(-1)) as number;
  /** A number for each output. */
  const each = (
    index: number | undefined,
    what: string,
    absent: number,
  ): { of: (i: number) => number; key: number } => {
    const item = index === undefined ? undefined : inputs[index];
    if (item === undefined) return { of: () => absent, key: 0 };
    const given = known(where, item, `the ${what} of the weight`);
    const data = numbers(where, given);
    if (data.length !== 1 && data.length !== outputs)
      refuse(where, `${what}s of the weight that do not fit`, `1 or ${outputs}`, `${data.length}`);
    return { of: (i) => data[data.length === 1 ? 0 : i] as number, key: identity(given.data) };
  };
  const [zeros, scales] = [each(zero, 'zero point', 0), each(scale, 'scale', 1)];
  const data = once(weight.data, `less ${zeros.key} times ${scales.key} for the ${axis} of ${outputs}`, () => {
    op.budget.bytes(4 * weight.data.length, where);
    const inner = axis === 'first' ? weight.data.length / outputs : 1;
    return numbers(where, weight).map((n, i) => {
      const output = Math.floor(i / inner) % outputs;
      return (n - zeros.of(output)) * scales.of(output);
    });
  });
  return constant(weight.dims, data, 1, weight.tensor);
}

/** @throws {ImportError} a value that is not what DynamicQuantizeLinear leaves. */
function checkValue({ where, inputs }: Op, index: number, what: string, wanted: number): void {
  const item = inputs[index];
  const own = item ? numbers(where, known(where, item, `the ${what} of the value`)) : [];
  if (own.some((n) => n !== wanted))
    refuse(where, `a ${what} of the value in the file`, 'DynamicQuantizeLinear', `${own}`);
}

function matmulInteger(op: Op, ctx: Context): Item[] {
  checkValue(op, 2, 'zero point', 0);
  return matmul({ ...op, inputs: [op.inputs[0], weightOf(op, { zero: 3, axis: 'last' })] }, ctx);
}

function convInteger(op: Op, ctx: Context): Item[] {
  checkValue(op, 2, 'zero point', 0);
  return conv({ ...op, inputs: [op.inputs[0], weightOf(op, { zero: 3, axis: 'first' })] }, ctx);
}

/** A product with the scales in it, and a bias after it. */
function scaled(op: Op, ctx: Context, places: Places, bias: number): Item[] {
  const [x, added] = [op.inputs[0], op.inputs[bias]];
  ctx.reporter.note(`${op.where}: weights dequantised to float32; the values are not quantised`);
  const product = matmul({ ...op, inputs: [x, weightOf(op, places)] }, ctx);
  if (added === undefined) return product;
  const sum = { ...op, inputs: [product[0], added], inputNames: [op.outputs[0] as string, ''] };
  return (ELEMENTWISE.Add as Run)(sum, ctx) as Item[];
}

export const QUANTISED: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  MatMulInteger: matmulInteger,
  ConvInteger: convInteger,
};

/** Of the domain com.microsoft: what ONNX Runtime makes of the above when it saves a graph optimised. */
export const QUANTISED_FUSED: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  DynamicQuantizeMatMul: (op, ctx) => scaled(op, ctx, { scale: 2, zero: 3, axis: 'last' }, 4),
  MatMulIntegerToFloat(op, ctx) {
    checkValue(op, 2, 'scale', 1);
    checkValue(op, 4, 'zero point', 0);
    return scaled(op, ctx, { scale: 3, zero: 5, axis: 'last' }, 6);
  },
};
