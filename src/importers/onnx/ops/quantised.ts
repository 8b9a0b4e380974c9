import { refuse } from '../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../context.js';
import { identity, once } from '../fold/once.js';
import { value } from '../stretch.js';
import { type Constant, constant, type Item } from '../value.js';
import { ELEMENTWISE, merged } from './elementwise.js';
import { matmul } from './product.js';
import { item, type Run } from './run.js';
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
  /** What the scales are multiplied by. Default: 1. */
  readonly times?: number;
}

/** The weights of an integer product as floats: less their zero point, times their scale; one for all, or one for each output. */
function weightOf(op: Op, { zero, scale, axis, times = 1 }: Places): Constant {
  const { where, inputs } = op;
  const weight = known(where, inputs[1], 'the weight');
  const outputs = (axis === 'first' ? weight.dims[0] : weight.dims.at(-1)) as number;
  /** A number for each output. */
  const each = (
    index: number | undefined,
    what: string,
    absent: number,
  ): { of: (i: number) => number; key: number } => {
    const own = index === undefined ? undefined : inputs[index];
    if (own === undefined) return { of: () => absent, key: 0 };
    const given = known(where, own, `the ${what} of the weight`);
    const data = numbers(where, given);
    if (data.length !== 1 && data.length !== outputs)
      refuse(where, `${what}s of the weight that do not fit`, `1 or ${outputs}`, `${data.length}`);
    return { of: (i) => data[data.length === 1 ? 0 : i] as number, key: identity(given.data) };
  };
  const [zeros, scales] = [each(zero, 'zero point', 0), each(scale, 'scale', 1)];
  const data = once(
    weight.data,
    `less ${zeros.key} times ${scales.key} and ${times} for the ${axis} of ${outputs}`,
    () => {
      op.budget.bytes(4 * weight.data.length, where);
      const inner = axis === 'first' ? weight.data.length / outputs : 1;
      return numbers(where, weight).map((n, i) => {
        const output = Math.floor(i / inner) % outputs;
        return (n - zeros.of(output)) * Math.fround(scales.of(output) * times);
      });
    },
  );
  return constant(weight.dims, data, 1, weight.tensor);
}

/** The one number of an input that may be left out. */
function single({ where, inputs }: Op, index: number, what: string, absent: number): number {
  const given = inputs[index];
  if (given === undefined) return absent;
  const data = numbers(where, known(where, given, `the ${what} of the value`));
  if (data.length !== 1) refuse(where, `${what}s for each row of the value`, '1', `${data.length}`);
  return data[0] as number;
}

/** The value less its zero point, which is 0 after DynamicQuantizeLinear. */
function centred(op: Op, ctx: Context, index: number): Item {
  const x = item(op);
  const zero = single(op, index, 'zero point', 0);
  return zero === 0 ? x : merged(op, ctx, 'subtract', x, constant([], [zero], 1));
}

const integerProduct =
  (product: Run, axis: Places['axis']): Run =>
  (op, ctx) =>
    product({ ...op, inputs: [centred(op, ctx, 2), weightOf(op, { zero: 3, axis })] }, ctx);

/** A product with the scales in it, and a bias after it. */
function scaled(op: Op, ctx: Context, x: Item, places: Places, bias: number): Item[] {
  ctx.reporter.note(`${op.where}: weights dequantised to float32; the values are not quantised`);
  const product = matmul({ ...op, inputs: [{ ...x, type: 1 }, weightOf(op, places)] }, ctx);
  const added = op.inputs[bias];
  if (added === undefined) return product;
  const sum = { ...op, inputs: [product[0], added], inputNames: [op.outputs[0] as string, ''] };
  return (ELEMENTWISE.Add as Run)(sum, ctx) as Item[];
}

export const QUANTISED: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  MatMulInteger: integerProduct(matmul, 'last'),
  ConvInteger: integerProduct(conv, 'first'),
};

/** Of the domain com.microsoft: what ONNX Runtime makes of the above when it saves a graph optimised. */
export const QUANTISED_FUSED: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  DynamicQuantizeMatMul: (op, ctx) => scaled(op, ctx, item(op), { scale: 2, zero: 3, axis: 'last' }, 4),
  MatMulIntegerToFloat(op, ctx) {
    const times = single(op, 2, 'scale', 1);
    return scaled(op, ctx, centred(op, ctx, 4), { scale: 3, zero: 5, axis: 'last', times }, 6);
  },
};
