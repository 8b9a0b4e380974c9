import { refuse } from '../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../context.js';

/** A vector of weights, one number per feature. */
export function perFeature(op: Op, ctx: Context, index: number, field: string, features: number): string | undefined {
  const given = op.inputs[index];
  if (given === undefined) return undefined;
  const x = known(op.where, given, field);
  const data = numbers(op.where, x);
  if (data.length !== features) refuse(op.where, `${field} has the wrong size`, `${features}`, `${data.length}`);
  return ctx.tensor(x.tensor ?? field, [features], data, {
    constant: x,
    becomes: `${op.name}.${field}`,
    how: 'one per feature',
  });
}
