import { refuse } from '../shared/refuse.js';
import type { Context } from './context.js';
import { exactQuotient, type Num, product, sameNum, showSize, times } from './num.js';
import { type Atom, count, hasBatch, runTime, type Value, withoutBatch } from './value.js';

const same = (a: readonly Atom[], b: readonly Atom[]): boolean =>
  a.length === b.length && a.every((atom, i) => atom === b[i]);

/** Without atoms of size 1, which may stand anywhere. */
const solid = (atoms: readonly Atom[]): Atom[] => atoms.filter(({ kind, size }) => size !== 1 || kind === 'time');

/**
 * The name of a value with these numbers whose timesteps are `time` and whose features are `features`, adding nodes only
 * where the storage differs.
 * @throws {ImportError} timesteps of the run would have to become features, or the other way round.
 */
export function arrange(
  ctx: Context,
  where: string,
  x: Value,
  time: readonly Atom[],
  features: readonly Atom[],
): string {
  const flow = runTime(x);
  // A run's time that the file knows to be 1 and has dropped stays where it is.
  const wantedTime = flow && flow.size === 1 && !time.includes(flow) ? [flow, ...time] : time;
  const [t, f] = [solid(wantedTime), solid(features.filter((atom) => !wantedTime.includes(atom)))];
  const [ownTime, own] = [solid(x.time), solid(x.features)];
  if (same(t, ownTime) && same(f, own) && (t.length > 0 || x.time.length === time.length)) return x.name;
  if (
    t.length + f.length !== ownTime.length + own.length ||
    [...t, ...f].some((atom) => !ownTime.includes(atom) && !own.includes(atom))
  ) {
    refuse(where, 'axes that cannot be told apart', text(ownTime, own), text(t, f));
  }
  if (f.some(({ kind }) => kind === 'time') || (flow && t[0] !== flow)) {
    refuse(
      where,
      'needs the timesteps of the run as features, or features as timesteps',
      text(ownTime, own),
      text(t, f),
    );
  }
  const total = count([...t, ...f].filter((atom) => atom !== flow));
  let name = x.name;
  const extra = ownTime.filter((atom) => atom !== flow);
  if (extra.length > 0 || (!flow && x.time.length > 0)) {
    const inputs = [name];
    name = flow
      ? ctx.add({ type: 'regroup', inputs, factor: count(extra), into: 'features' }, `${x.name}.flat`)
      : ctx.add({ type: 'reshape', inputs, shape: [total] }, `${x.name}.flat`);
  }
  const now = [...extra, ...own];
  const then = [...t.filter((atom) => atom !== flow), ...f];
  if (!same(now, then)) {
    const shape = now.map(({ size }) => size as number);
    const order = then.map((atom) => now.indexOf(atom));
    name = ctx.add({ type: 'rearrange', inputs: [name], shape, order }, `${x.name}.order`);
  }
  const more = t.filter((atom) => atom !== flow);
  if (flow) {
    if (more.length === 0) return name;
    return ctx.add({ type: 'regroup', inputs: [name], factor: count(more), into: 'time' }, `${x.name}.time`);
  }
  if (wantedTime.length === 0) return name;
  return ctx.add({ type: 'reshape', inputs: [name], shape: [count(t), count(f)] }, `${x.name}.time`);
}

const text = (time: readonly Atom[], features: readonly Atom[]): string => {
  const sizes = (atoms: readonly Atom[]): string => atoms.map(({ size }) => showSize(size)).join('·') || '1';
  return `time ${sizes(time)}, features ${sizes(features)}`;
};

/** As `arrange`, as a value whose storage is so. `axes` are those of x unless given. */
export function arranged(
  ctx: Context,
  where: string,
  x: Value,
  time: readonly Atom[],
  features: readonly Atom[],
  axes = x.axes,
): Value {
  const name = arrange(ctx, where, x, time, features);
  const flow = runTime(x);
  const kept = flow && flow.size === 1 && !time.includes(flow) ? [flow, ...time] : time;
  return { ...x, name, time: kept, features: features.filter((atom) => !kept.includes(atom)), axes };
}

/**
 * The value with the given axes as features, all others (but the batch) as timesteps.
 * @throws {ImportError} also where the batch stands among the features.
 */
export function withFeatures(ctx: Context, where: string, x: Value, featureAxes: readonly number[]): Value {
  const features = featureAxes.flatMap((axis) => x.axes[axis] ?? []);
  if (hasBatch(features))
    refuse(where, 'works across the batch', 'rows that stand alone', 'the batch among what is summed');
  const time = x.axes.flatMap((axis, index) => (featureAxes.includes(index) ? [] : withoutBatch(axis)));
  const flow = runTime(x);
  // The run's time comes first in storage, whatever stands before it in ONNX; axes tell the atoms apart.
  const ordered = flow && time.includes(flow) ? [flow, ...time.filter((atom) => atom !== flow)] : time;
  return arranged(ctx, where, x, ordered, features);
}

/**
 * Another shape of the same numbers: the atoms, in the order of the axes, are dealt out to the new sizes; blocks are split
 * where they must be.
 */
export function reshape(where: string, x: Value, dims: readonly Num[]): Value {
  let { time, features } = x;
  const queue = x.axes.flat().filter(({ size }) => size !== 1);
  const ones = x.axes.flat().filter(({ size }) => size === 1);
  const axes = dims.map((dim): Atom[] => {
    const taken: Atom[] = [];
    while (!sameNum(product(taken.map(({ size }) => size)), dim)) {
      const next = queue.shift();
      if (!next) return refuseShape(where, x, dims);
      const have = product(taken.map(({ size }) => size));
      const rest = factorTo(have as Num, dim, next);
      if (typeof next.size === 'number' && rest !== undefined && next.size > rest) {
        if (next.size % rest !== 0 || next.kind === 'batch' || next.kind === 'time') return refuseShape(where, x, dims);
        const [first, second]: [Atom, Atom] = [
          { ...next, size: rest },
          { ...next, size: next.size / rest },
        ];
        const split = (atoms: readonly Atom[]): Atom[] =>
          atoms.flatMap((atom) => (atom === next ? [first, second] : [atom]));
        time = split(time);
        features = split(features);
        taken.push(first);
        queue.unshift(second);
      } else taken.push(next);
    }
    return taken;
  });
  if (queue.length > 0) refuseShape(where, x, dims);
  return { ...x, time, features, axes: placeOnes(axes, ones) };
}

/** What is missing of a block of numbers for `have` to become `dim`. */
function factorTo(have: Num, dim: Num, { size }: Atom): number | undefined {
  if (typeof dim === 'number' && typeof have === 'number') return dim / have;
  if (typeof size !== 'number') return undefined;
  for (let n = 1; n < size; n++) if (size % n === 0 && sameNum(times(have, n), dim)) return n;
  return undefined;
}

/** Atoms of size 1 that still mean something (a run's time that is 1) stay in an axis of size 1. */
function placeOnes(axes: Atom[][], ones: readonly Atom[]): Atom[][] {
  for (const atom of ones) {
    if (atom.kind !== 'time' && atom.kind !== 'batch') continue;
    const free = axes.find((axis) => axis.length === 0);
    if (free) free.push(atom);
  }
  return axes;
}

function refuseShape(where: string, x: Value, dims: readonly Num[]): never {
  const got = x.axes.map((axis) => showSize(product(axis.map(({ size }) => size)))).join(', ');
  return refuse(where, 'a shape that the numbers do not fall into', `[${dims.map(showSize).join(', ')}]`, `[${got}]`);
}

/**
 * Every size as ONNX gives it: 0 keeps the input's, -1 is what is left; where that has no name it stands for the input's own size there,
 * as a leading -1 does for the batch.
 */
export function shapeFor(where: string, from: readonly Num[], wanted: readonly Num[], zeroIsZero: boolean): Num[] {
  const dims = wanted.map((n, axis) =>
    n === 0 && !zeroIsZero ? (from[axis] ?? refuse(where, 'no size to keep', 'an axis', `${axis}`)) : n,
  );
  const open = dims.indexOf(-1);
  if (open < 0) return dims;
  const whole = [...from];
  const others: Num[] = [];
  dims.forEach((size, axis) => {
    if (axis === open) return;
    const kept = whole.findIndex((own) => sameNum(own, size));
    if (kept < 0) others.push(size);
    else whole.splice(kept, 1);
  });
  const [left, taken] = [product(whole), product(others)];
  if (left === undefined) refuse(where, 'a size that cannot be worked out', 'one that can', '-1');
  dims[open] = (taken === undefined ? undefined : exactQuotient(left, taken)) ?? (from[open] as Num);
  return dims;
}
