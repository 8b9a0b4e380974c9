import { refuse } from '../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../context.js';
import { identity, once } from '../fold/once.js';
import { value } from '../stretch.js';
import { constant, type Item } from '../value.js';
import { matmul } from './product.js';
import type { Run } from './run.js';

// Products of integers, as quantisation at run time writes them. The weights are taken as the numbers they stand for; the values are not
// rounded, as they are not in a quantised LSTM here either.

/** The value itself, of scale 1 and zero point 0. */
function dynamicQuantizeLinear({ where, inputs }: Op, ctx: Context): Item[] {
  const x = value(ctx, where, inputs[0], 'x');
  ctx.reporter.note(`${where}: not quantised; weights that follow are dequantised to float32`);
  return [x, constant([], Float32Array.of(1), 1), constant([], [0], 2)];
}

/** Weights less their zero point, which is one for all or one for each column. */
function matmulInteger(op: Op, ctx: Context): Item[] {
  const { where, inputs } = op;
  const weight = known(where, inputs[1], 'B');
  const own = inputs[2] ? numbers(where, known(where, inputs[2], 'the zero point of A')) : [0];
  if (own.some((n) => n !== 0)) refuse(where, 'a zero point of A in the file', 'DynamicQuantizeLinear', `${own}`);
  const zero = inputs[3] && known(where, inputs[3], 'the zero point of B');
  const zeros = zero ? numbers(where, zero) : Float32Array.of(0);
  const columns = weight.dims.at(-1) as number;
  if (zeros.length !== 1 && zeros.length !== columns)
    refuse(where, 'zero points of B that do not fit', `1 or ${columns}`, `${zeros.length}`);
  const data = once(weight.data, `less ${identity(zero?.data)} for each of ${columns}`, () => {
    op.budget.bytes(4 * weight.data.length, where);
    return numbers(where, weight).map((n, i) => n - (zeros[zeros.length === 1 ? 0 : i % columns] as number));
  });
  return matmul({ ...op, inputs: [inputs[0], constant(weight.dims, data, 1, weight.tensor)] }, ctx);
}

export const QUANTISED: Readonly<Record<string, Run>> = {
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  MatMulInteger: matmulInteger,
};
