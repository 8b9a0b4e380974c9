import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, everyInput, numbers, type Op } from '../context.js';
import { filled, pick } from '../fold/elements.js';
import { arrange } from '../layout.js';
import { isSym, type Num, plus, sameNum, showSize } from '../num.js';
import { rowNumbersOf, rowValue, sameShape } from '../row-numbers.js';
import { materialise } from '../stretch.js';
import {
  type Atom,
  type Constant,
  count,
  dimsOf,
  type Filled,
  hasBatch,
  type Item,
  runTime,
  type Value,
  withoutBatch,
} from '../value.js';
import type { Run } from './run.js';

/** The atoms of a value but the batch and those of an axis. */
const beside = (x: Value, axis: number): Atom[] =>
  x.axes.flatMap((atoms, index) => (index === axis ? [] : withoutBatch(atoms)));

const withAxis = (x: Value, axis: number, atoms: readonly Atom[]): Value['axes'] =>
  x.axes.map((own, index) => (index === axis ? atoms : own));

/** The number of each row beside one of its timesteps, which an index for both may be. */
function rowsBeside(ctx: Context, items: readonly Item[], axis: number): Value | undefined {
  const timeFirst = rowNumbersOf(ctx, items[1], items[0])?.kind === 'rows';
  const [rows, step] = timeFirst ? [items[1], items[0]] : items;
  if (items.length !== 2 || !rows || !step || rowNumbersOf(ctx, rows, step)?.kind !== 'rows') return undefined;
  if (step.kind !== 'value' || !sameShape(rows, step) || step.rows || axis !== step.axes.length - 1) return undefined;
  if (step.time.length > 0 || count(step.features) !== 1) return undefined;
  const axes = withAxis(step, axis, [{ kind: 'block', size: 2 }]);
  return rowValue(axes, { kind: 'pair', timeFirst, step });
}

/** Joins along an axis: new timesteps if the axis is the run's time, else features. */
function concat(op: Op, ctx: Context): Item[] {
  const { where } = op;
  const items = everyInput(op, 1);
  const rank = dimsOf(items[0]).length;
  const axis = axisAt(where, op.attributes.int('axis', 1), rank);
  const other = items.find((item) => dimsOf(item).length !== rank);
  if (other) refuse(where, 'values of several ranks', `${rank} axes`, `${dimsOf(other).length}`);
  if (items.length === 1) return [items[0]];
  const pair = rowsBeside(ctx, items, axis);
  return [pair ?? joined(op, ctx, items, axis)];
}

/** Several items, joined along an axis. */
export function joined(op: Op, ctx: Context, items: readonly Item[], axis: number): Item {
  const { where } = op;
  const total = items
    .map((item) => dimsOf(item)[axis] as Num)
    .reduce<Num | undefined>((a, b) => (a === undefined ? undefined : plus(a, b)), 0);
  if (total === undefined) refuse(where, 'joins times that depend on the run');
  const values = items.filter((item): item is Value => item.kind === 'value');
  const [first] = values;
  if (!first) return joinedConstants(op, ctx, items, axis, total);
  for (const x of values)
    dimsOf(x).forEach((size, index) => {
      const other = dimsOf(first)[index];
      const batches = hasBatch(x.axes[index]) !== hasBatch(first.axes[index]);
      if (index !== axis && (!sameNum(size, other) || (batches && size !== 1)))
        refuse(where, 'shapes that do not go together', showSize(other), showSize(size));
    });
  const along = (x: Value): readonly Atom[] => x.axes[axis] as readonly Atom[];
  if (values.some((x) => hasBatch(along(x)))) refuse(where, 'joins batches', 'rows that stand alone', `axis ${axis}`);
  const timed = values.filter((x) => along(x).some((atom) => atom === runTime(x)));
  if (timed.length > 1)
    refuse(where, 'joins times that depend on the run', 'one of them at most; options.shapes', `${timed.length}`);
  const carried = values.some((x) => x.carried);
  const y = timed.length > 0 ? joinedTime(op, ctx, items, axis, total) : joinedFeatures(op, ctx, items, axis, total);
  return { ...y, carried };
}

/** More timesteps before or after those of the run. */
function joinedTime(op: Op, ctx: Context, items: readonly Item[], axis: number, total: Num): Value {
  const { where } = op;
  const values = items.filter((item): item is Value => item.kind === 'value');
  const main = values.find((x) => x.time.length > 0 && runTime(x)) as Value;
  const inputs = items.map((item) =>
    item.kind === 'value' ? asTimesteps(ctx, where, item, axis) : asConstant(ctx, where, item, axis, main),
  );
  const name = ctx.add({ type: 'concatenate', inputs, axis: 'time' }, op.outputs[0] as string);
  const time: Atom = { kind: 'time', size: total };
  return { ...main, name, time: [time], features: beside(main, axis), axes: withAxis(main, axis, [time]) };
}

/** Features side by side: in vectors, or at every timestep of the run. */
function joinedFeatures(op: Op, ctx: Context, items: readonly Item[], axis: number, total: Num): Value {
  const { where } = op;
  const values = items.filter((item): item is Value => item.kind === 'value');
  const sequence = values.find(runTime);
  const main = sequence ?? (values[0] as Value);
  const timeOf = (x: Value): Atom[] => (sequence ? [runTime(x) as Atom] : []);
  const inputs = items.map((item) => {
    if (item.kind !== 'value' && !sequence) return asConstant(ctx, where, item, axis, main);
    const x = item.kind === 'value' ? item : materialise(ctx, where, item);
    if (sequence && !runTime(x)) refuse(where, 'joins a vector to a sequence', 'one kind of value', x.name);
    const time = timeOf(x);
    const rest = beside(x, axis).filter((atom) => !time.includes(atom));
    return arrange(ctx, where, x, time, [...(x.axes[axis] as readonly Atom[]), ...rest]);
  });
  const name = ctx.add({ type: 'concatenate', inputs }, op.outputs[0] as string);
  const time = timeOf(main);
  const joined: Atom = { kind: 'block', size: total };
  const rest = beside(main, axis).filter((atom) => !time.includes(atom));
  const axes = withAxis(main, axis, total === 1 ? [] : [joined]);
  return { ...main, name, time, features: [joined, ...rest], axes };
}

/** Constants whose sizes depend on the run: one number everywhere stays that, others become values. */
function joinedConstants(op: Op, ctx: Context, items: readonly Item[], axis: number, total: Num): Item {
  const [first] = items as [Filled];
  if (items.every((item) => item.kind === 'filled' && sameNum(item.value, first.value))) {
    const dims = first.dims.map((n, index) => (index === axis ? total : n));
    return filled(op, dims, first.value, first.type);
  }
  const inputs = items.map((item) => (item.kind === 'value' ? item : materialise(ctx, op.where, item)));
  return concat({ ...op, inputs }, ctx)[0] as Item;
}

/** A value as timesteps along an axis. */
function asTimesteps(ctx: Context, where: string, x: Value, axis: number): string {
  const time = x.axes[axis] as readonly Atom[];
  const features = beside(x, axis);
  const name = arrange(ctx, where, x, time, features);
  if (time.length > 0) return name;
  return ctx.add({ type: 'reshape', inputs: [name], shape: [1, count(features)] }, x.name);
}

/** A constant beside values, the axis first; one row of it stands for every row of the batch. */
function asConstant(ctx: Context, where: string, item: Constant | Filled, axis: number, like: Value): string {
  const batchAxis = like.axes.findIndex(hasBatch);
  const dims = dimsOf(item).map((n, index) => (index === batchAxis ? 1 : n));
  if (dims.some(isSym)) refuse(where, 'constants of a size that depends on the run', 'sizes in the file');
  const sizes = dims as number[];
  const data = item.kind === 'filled' ? filled(ctx.site(where), sizes, item.value, item.type) : item;
  if (data.kind !== 'constant' || data.dims[batchAxis] !== sizes[batchAxis])
    refuse(where, 'constants that differ from row to row', 'one for all rows');
  const order = [axis, ...sizes.map((_, index) => index).filter((index) => index !== axis)];
  const strides = sizes.map((_, index) => sizes.slice(index + 1).reduce((a, b) => a * b, 1));
  const turned = pick(
    ctx.site(where),
    data,
    order.map((index) => sizes[index] as number),
    order.map((index) => strides[index] as number),
  );
  const rows = sizes[axis] as number;
  const shape = runTime(like) ? [rows, turned.data.length / rows] : [turned.data.length];
  const value = ctx.tensor('constant', shape, numbers(where, turned));
  return ctx.add({ type: 'constant', inputs: [], tensors: { value } }, 'constant');
}

export const CONCAT: Readonly<Record<string, Run>> = { __proto__: null as never, Concat: concat };
