import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, type Op } from '../context.js';
import { filled } from '../fold/elements.js';
import { arranged, withFeatures } from '../layout.js';
import { value } from '../stretch.js';
import { type Atom, dimsOf, hasBatch, INT64, type Item, runTime, totalSize, type Value } from '../value.js';
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
  const { where } = op;
  const atoms = x.axes[axis] as readonly Atom[];
  if (hasBatch(atoms)) refuse(where, 'works across the batch', 'rows that stand alone', `axis ${axis}`);
  const left = <T>(axes: readonly T[], gone: T): T[] =>
    axes.flatMap((own, index) => (index !== axis ? [own] : keep ? [gone] : []));
  const size = totalSize(atoms);
  if (size === 1) return filled(left(dimsOf(x), 1), 0, INT64);
  const flow = runTime(x);
  const overTime = flow ? atoms.includes(flow) : atoms.every((atom) => x.time.includes(atom));
  const fields = { type: 'arg_reduce', operation, ...(last && { last }) } as const;
  const wanted = op.outputs[0] as string;
  const axes = left(x.axes, []);
  if (overTime) {
    const rest = [...x.time, ...x.features].filter((atom) => !atoms.includes(atom));
    const v = arranged(ctx, where, x, atoms, rest);
    const name = ctx.add({ ...fields, inputs: [v.name], axis: 'time' }, wanted);
    return { ...v, name, time: [], axes, type: INT64 };
  }
  const v = withFeatures(ctx, where, x, [axis]);
  const name = ctx.add({ ...fields, inputs: [v.name], axis: 'features' }, wanted);
  if (typeof size === 'number') ctx.below.set(name, size);
  return { ...v, name, features: [], axes, type: INT64 };
}

const place =
  (operation: 'max' | 'min'): Run =>
  (op, ctx) => {
    const { attributes } = op;
    const x = value(ctx, op.where, op.inputs[0], 'the input');
    const axis = axisAt(op.where, attributes.int('axis', 0), x.axes.length);
    const keep = attributes.int('keepdims', 1) !== 0;
    const last = attributes.int('select_last_index', 0) !== 0;
    return [placeOf(ctx, op, x, axis, { keep, operation, last })];
  };

export const PLACE: Readonly<Record<string, Run>> = { ArgMax: place('max'), ArgMin: place('min') };
