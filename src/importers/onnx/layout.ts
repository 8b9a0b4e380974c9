import { refuse } from '../shared/refuse.js';
import type { Context } from './context.js';
import { exactQuotient, isSym, type Num, product, sameNum, showSize, times } from './num.js';
import { type Atom, count, hasBatch, runTime, type Value, withoutBatch } from './value.js';

// Storage as operators need it. Nodes are added only where the numbers must move; of a value stored as `[batch][T][D H]` (T the run's time,
// D a block of 2, H of 8), an operator may ask for
//
//     [T][D H]     nothing is added, whatever the axes look like in ONNX
//     [T][H D]     rearrange, shape [2, 8], order [1, 0]
//     [T D][H]     regroup by 2 into time: a softmax over H alone
//     [T H][D]     rearrange, then regroup by 8 into time
//     [D T][H]     an error: the run's time comes first
//
// A value without a run's time is brought to features by `reshape`, and by another one to timesteps of fixed number.

type Storage = Pick<Value, 'time' | 'features'>;

const same = (a: readonly Atom[], b: readonly Atom[]): boolean =>
  a.length === b.length && a.every((atom, i) => atom === b[i]);

/** Without atoms of size 1, which may stand anywhere. */
const solid = (atoms: readonly Atom[]): Atom[] => atoms.filter(({ kind, size }) => size !== 1 || kind === 'time');

/** A run's time that the file knows to be 1 and has dropped stays where it is. */
function wanted(x: Value, time: readonly Atom[], features: readonly Atom[]): Storage {
  const flow = runTime(x);
  const kept = flow && flow.size === 1 && !time.includes(flow) ? [flow, ...time] : time;
  return { time: kept, features: features.filter((atom) => !kept.includes(atom)) };
}

/**
 * The value with these timesteps and features. `axes` are those of x unless given.
 * @throws {ImportError} timesteps of the run would have to become features, or the other way round.
 */
export function arranged(
  ctx: Context,
  where: string,
  x: Value,
  time: readonly Atom[],
  features: readonly Atom[],
  axes = x.axes,
): Value {
  const storage = wanted(x, time, features);
  return { ...x, ...storage, name: move(ctx, where, x, storage), axes };
}

/** The name of the value so arranged. */
export const arrange = (
  ctx: Context,
  where: string,
  x: Value,
  time: readonly Atom[],
  features: readonly Atom[],
): string => arranged(ctx, where, x, time, features).name;

/** Adds what brings the numbers there: all timesteps but the run's to the features, these in order, timesteps back from the front. */
function move(ctx: Context, where: string, x: Value, storage: Storage): string {
  const flow = runTime(x);
  const from = { time: solid(x.time), features: solid(x.features) };
  const to = { time: solid(storage.time), features: solid(storage.features) };
  const timed = to.time.length > 0 || x.time.length === storage.time.length;
  if (same(to.time, from.time) && same(to.features, from.features) && timed) return x.name;
  checkReachable(where, flow, from, to);
  const isFixed = (atom: Atom): boolean => atom !== flow;
  const [own, wanted] = [from.time.filter(isFixed), to.time.filter(isFixed)];
  const [now, then] = [
    [...own, ...from.features],
    [...wanted, ...to.features],
  ];
  let name = x.name;
  if (own.length > 0 || (!flow && x.time.length > 0)) {
    const inputs = [name];
    name = flow
      ? ctx.add({ type: 'regroup', inputs, factor: count(own), into: 'features' }, `${x.name}.flat`)
      : ctx.add({ type: 'reshape', inputs, shape: [count(then)] }, `${x.name}.flat`);
  }
  if (!same(now, then)) {
    const shape = now.map(({ size }) => size as number);
    const order = then.map((atom) => now.indexOf(atom));
    name = ctx.add({ type: 'rearrange', inputs: [name], shape, order }, `${x.name}.order`);
  }
  if (flow) {
    if (wanted.length === 0) return name;
    return ctx.add({ type: 'regroup', inputs: [name], factor: count(wanted), into: 'time' }, `${x.name}.time`);
  }
  if (storage.time.length === 0) return name;
  return ctx.add({ type: 'reshape', inputs: [name], shape: [count(to.time), count(to.features)] }, `${x.name}.time`);
}

function checkReachable(where: string, flow: Atom | undefined, from: Storage, to: Storage): void {
  const [own, other] = [from, to].map(({ time, features }) => [...time, ...features]) as [Atom[], Atom[]];
  if (other.length !== own.length || other.some((atom) => !own.includes(atom)))
    refuse(where, 'axes that cannot be told apart', text(from), text(to));
  if (to.features.some(({ kind }) => kind === 'time') || (flow && to.time[0] !== flow)) {
    const message = 'needs the timesteps of the run as features, or features as timesteps';
    refuse(where, message, text(from), text(to));
  }
}

const text = ({ time, features }: Storage): string => {
  const sizes = (atoms: readonly Atom[]): string => atoms.map(({ size }) => showSize(size)).join('·') || '1';
  return `time ${sizes(time)}, features ${sizes(features)}`;
};

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
 * The value with the channels of axis 1 last. In a run whose time is open, other axes stand before them within each timestep, not as timesteps of their own,
 * so that a stream goes on frame by frame.
 * @returns also how many features stand before the channels; 1: none.
 */
export function channelsLast(ctx: Context, where: string, x: Value): readonly [x: Value, frequencies: number] {
  const flow = runTime(x);
  const others = x.axes.flatMap((axis, index) => (index === 1 ? [] : withoutBatch(axis)));
  const before = others.filter((atom) => atom !== flow);
  const channels = x.axes[1] ?? [];
  if (!flow || before.length === others.length || hasBatch(channels)) return [withFeatures(ctx, where, x, [1]), 1];
  return [arranged(ctx, where, x, [flow], [...before, ...channels]), count(before)];
}

/**
 * Another shape of the same numbers: the atoms, in the order of the axes, are dealt out to the new sizes; blocks are split
 * where they must be.
 */
export function reshape(where: string, x: Value, dims: readonly Num[]): Value {
  let { time, features } = x;
  const queue = x.axes.flat().filter(({ size }) => size !== 1);
  const ofSize1 = x.axes.flat().filter(({ size }) => size === 1);
  const axes = dims.map((dim): Atom[] => {
    const taken: Atom[] = [];
    for (;;) {
      const have = product(taken.map(({ size }) => size));
      if (sameNum(have, dim)) return taken;
      const next = queue.shift();
      if (!next) return refuseShape(where, x, dims);
      const missing = missingFactor(have as Num, dim, next);
      if (typeof next.size !== 'number' || missing === undefined || next.size <= missing) {
        taken.push(next);
        continue;
      }
      if (next.size % missing !== 0 || next.kind === 'batch' || next.kind === 'time')
        return refuseShape(where, x, dims);
      const [first, second]: [Atom, Atom] = [
        { ...next, size: missing },
        { ...next, size: next.size / missing },
      ];
      const split = (atoms: readonly Atom[]): Atom[] =>
        atoms.flatMap((atom) => (atom === next ? [first, second] : [atom]));
      time = split(time);
      features = split(features);
      taken.push(first);
      queue.unshift(second);
    }
  });
  if (queue.length > 0) refuseShape(where, x, dims);
  return { ...x, time, features, axes: withOfSize1(axes, ofSize1) };
}

/** What is missing of a block of numbers for `have` to become `dim`. */
function missingFactor(have: Num, dim: Num, { size }: Atom): number | undefined {
  if (typeof dim === 'number' && typeof have === 'number') return dim / have;
  if (typeof size !== 'number') return undefined;
  // A quotient rounded down becomes whole again by what it was divided by.
  const divisor = isSym(have) && typeof have.factors[0] === 'object' ? have.factors[0].by : undefined;
  return [exactQuotient(dim, have), divisor].find(
    (n): n is number => typeof n === 'number' && n >= 1 && n < size && size % n === 0 && sameNum(times(have, n), dim),
  );
}

/** Atoms of size 1 that still mean something (a run's time that is 1) stay in an axis of size 1. */
function withOfSize1(axes: Atom[][], ofSize1: readonly Atom[]): Atom[][] {
  for (const atom of ofSize1) {
    if (atom.kind !== 'time' && atom.kind !== 'batch') continue;
    axes.find((axis) => axis.length === 0)?.push(atom);
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
  dims[open] = exactQuotient(product(whole), product(others)) ?? (from[open] as Num);
  return dims;
}
