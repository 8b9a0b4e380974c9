import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, everyInput, type Op } from '../context.js';
import { filled, pick } from '../fold.js';
import { arrange } from '../layout.js';
import { isSym, type Num, plus, sameNum } from '../num.js';
import { materialise } from '../stretch.js';
import {
  type Atom,
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

/** Joins along an axis: new timesteps if the axis is the run's time, else features. */
function concat(op: Op, ctx: Context): Item[] {
  const { where } = op;
  const all = everyInput(op, 1);
  const values = all.filter((one): one is Value => one.kind === 'value');
  const [model] = values;
  const axis = axisAt(where, op.attributes.int('axis', 1), dimsOf(all[0]).length);
  if (all.length === 1) return [all[0]];
  const total = all
    .map((one) => dimsOf(one)[axis] as Num)
    .reduce<Num | undefined>((a, b) => (a === undefined ? undefined : plus(a, b)), 0);
  if (total === undefined) refuse(where, 'joins times that depend on the run');
  if (!model) return [joined(op, ctx, all, axis, total)];
  const carried = values.some((one) => one.carried);
  const along = values.map((one) => one.axes[axis] as readonly Atom[]);
  if (along.some(hasBatch)) refuse(where, 'joins batches', 'rows that stand alone', `axis ${axis}`);
  const timed = values.filter(
    (one) => runTime(one) && (one.axes[axis] as readonly Atom[]).includes(runTime(one) as Atom),
  );
  const overTime = timed.length > 0;
  if (timed.length > 1)
    refuse(where, 'joins times that depend on the run', 'one of them at most; options.shapes', `${timed.length}`);
  const others = (one: Value): Atom[] => one.axes.flatMap((atoms, at) => (at === axis ? [] : withoutBatch(atoms)));
  if (overTime) {
    const names = all.map((one) => {
      if (one.kind !== 'value') return asConstant(ctx, where, one, axis, model);
      return arrange(ctx, where, one, one.axes[axis] as readonly Atom[], others(one)) === one.name &&
        one.time.length > 0
        ? one.name
        : sequence(ctx, where, one, axis, others(one));
    });
    const name = ctx.add({ type: 'concatenate', inputs: names, axis: 'time' }, op.outputs[0] as string);
    const atom: Atom = { kind: 'time', size: total };
    const main = values.find((one) => one.time.length > 0 && runTime(one)) as Value;
    return [
      {
        ...main,
        name,
        time: [atom],
        features: others(main),
        axes: main.axes.map((one, at) => (at === axis ? [atom] : one)),
        carried,
      },
    ];
  }
  const flowed = values.find((one) => runTime(one));
  const names = all.map((given) => {
    if (given.kind !== 'value' && !flowed) return asConstant(ctx, where, given, axis, model);
    const one = given.kind === 'value' ? given : materialise(ctx, where, given);
    if (flowed && !runTime(one)) refuse(where, 'joins a vector to a sequence', 'one kind of value', one.name);
    const time = flowed ? [runTime(one) as Atom] : [];
    return arrange(ctx, where, one, time, [
      ...(one.axes[axis] as readonly Atom[]),
      ...others(one).filter((atom) => !time.includes(atom)),
    ]);
  });
  const name = ctx.add({ type: 'concatenate', inputs: names }, op.outputs[0] as string);
  const main = flowed ?? model;
  const time = flowed ? [runTime(main) as Atom] : [];
  const atom: Atom = { kind: 'block', size: total };
  const rest = others(main).filter((one) => !time.includes(one));
  const axes = main.axes.map((one, at) => (at === axis ? (total === 1 ? [] : [atom]) : one));
  return [{ ...main, name, time, features: [atom, ...rest], axes, carried }];
}

/** Constants whose sizes depend on the run: one number everywhere stays that, others become values. */
function joined(op: Op, ctx: Context, all: readonly Item[], axis: number, total: Num): Item {
  const [first] = all as [Filled];
  if (all.every((one) => one.kind === 'filled' && sameNum(one.value, first.value)))
    return filled(
      first.dims.map((n, at) => (at === axis ? total : n)),
      first.value,
      first.type,
    );
  const inputs = all.map((one) => (one.kind === 'value' ? one : materialise(ctx, op.where, one)));
  return concat({ ...op, inputs }, ctx)[0] as Item;
}

/** A value as timesteps along an axis of fixed size. */
const sequence = (ctx: Context, where: string, x: Value, axis: number, rest: readonly Atom[]): string => {
  const atoms = x.axes[axis] as readonly Atom[];
  const source = arrange(ctx, where, x, atoms, rest);
  if (atoms.length > 0) return source;
  return ctx.add({ type: 'reshape', inputs: [source], shape: [1, count(rest)] }, x.name);
};

/** A constant beside values, the axis first; one row of it stands for every row of the batch. */
function asConstant(ctx: Context, where: string, x: Item, axis: number, like: Value): string {
  const batchAxis = like.axes.findIndex(hasBatch);
  const dims = dimsOf(x).map((n, at) => (at === batchAxis ? 1 : n));
  if (dims.some(isSym) || x.kind === 'value')
    refuse(where, 'constants of a size that depends on the run', 'sizes in the file');
  const size = dims as number[];
  const data = x.kind === 'filled' ? filled(size, x.value, x.type) : x;
  if (data.kind !== 'constant' || data.dims[batchAxis] !== size[batchAxis])
    refuse(where, 'constants that differ from row to row', 'one for all rows');
  const order = [axis, ...size.map((_, at) => at).filter((at) => at !== axis)];
  const strides = size.map((_, at) => size.slice(at + 1).reduce((a, b) => a * b, 1));
  const turned = pick(
    where,
    data,
    order.map((at) => size[at] as number),
    order.map((at) => strides[at] as number),
  );
  const timed = runTime(like) !== undefined;
  const rows = size[axis] as number;
  const shape = timed ? [rows, turned.data.length / rows] : [turned.data.length];
  const tensor = ctx.tensor('constant', shape, Float32Array.from(turned.data as ArrayLike<number>));
  return ctx.add({ type: 'constant', inputs: [], tensors: { value: tensor } }, 'constant');
}

export const CONCAT: Readonly<Record<string, Run>> = { Concat: concat };
