import { axisAt, type Context, type Op } from '../context.js';
import { filled } from '../fold/elements.js';
import { value } from '../stretch.js';
import { dimsOf, hasBatch, INT64, type Item, type Value } from '../value.js';
import { along } from './along.js';
import type { Run } from './run.js';

interface Place {
  /** Whether the axis stays, of size 1. */
  readonly keep: boolean;
  readonly operation: 'max' | 'min';
  /** Of several that are alike, the last instead of the first. */
  readonly last: boolean;
}

/** Where the largest or smallest of an axis stands. */
export function placeOf(ctx: Context, op: Op, x: Value, axis: number, { keep, operation, last }: Place): Item {
  const left = <T>(axes: readonly T[], gone: T): T[] =>
    axes.flatMap((own, index) => (index !== axis ? [own] : keep ? [gone] : []));
  const size = dimsOf(x)[axis];
  if (size === 1 && !hasBatch(x.axes[axis])) return filled(op, left(dimsOf(x), 1), 0, INT64);
  const own = along(ctx, op.where, x, axis);
  const fields = { type: 'arg_reduce', operation, axis: own.axis, ...(last && { last }) } as const;
  const name = ctx.add({ ...fields, inputs: [own.x.name] }, op.outputs[0] as string);
  if (typeof size === 'number') ctx.below.set(name, size);
  const kept = own.axis === 'time' ? { time: [] } : { features: [] };
  return { ...own.x, ...kept, name, axes: left(x.axes, []), type: INT64 };
}

const place =
  (operation: 'max' | 'min'): Run =>
  (op, ctx) => {
    const { attributes } = op;
    const x = value(ctx, op.where, op.inputs[0], 'the input');
    const axis = axisAt(op.where, attributes.int('axis', 0), x.axes.length);
    const keep = attributes.flag('keepdims', true);
    const last = attributes.flag('select_last_index', false);
    return [placeOf(ctx, op, x, axis, { keep, operation, last })];
  };

export const PLACE: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  ArgMax: place('max'),
  ArgMin: place('min'),
};
