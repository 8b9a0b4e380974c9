import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, integers, type Op } from '../context.js';
import { value } from '../stretch.js';
import type { Item } from '../value.js';
import { along } from './along.js';
import type { Run } from './run.js';

/** Running sums along an axis, which is an input. */
function cumSum(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  const x = value(ctx, where, op.inputs[0], 'x');
  const [given = Number.NaN, ...more] = integers(where, op.inputs[1], 'the axis') ?? [];
  if (more.length > 0) refuse(where, 'running sums over several axes', 'one axis', `${more.length + 1}`);
  const axis = axisAt(where, given, x.axes.length);
  const [exclusive, reverse] = [attributes.flag('exclusive', false), attributes.flag('reverse', false)];
  const fields = { type: 'cumsum', ...(exclusive && { exclusive }), ...(reverse && { reverse }) } as const;
  const own = along(ctx, where, x, axis);
  return [{ ...own.x, name: ctx.add({ ...fields, inputs: [own.x.name], axis: own.axis }, op.outputs[0] as string) }];
}

export const CUMULATIVE: Readonly<Record<string, Run>> = { __proto__: null as never, CumSum: cumSum };
