import { sliceStep } from '../../../graph/window-steps.js';
import { BYTES_PER_OBJECT } from '../../shared/budget.js';
import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context } from '../context.js';
import { type Range, takenOf } from '../fold/ranges.js';
import { arrange } from '../layout.js';
import { advanced, isSym } from '../num.js';
import { type Atom, count, hasBatch, runTime, totalSize, type Value } from '../value.js';

/** What is left of a value without some atoms. */
const without = (x: Value, atoms: readonly Atom[]): { time: Atom[]; features: Atom[] } => ({
  time: x.time.filter((atom) => !atoms.includes(atom)),
  features: x.features.filter((atom) => !atoms.includes(atom)),
});

const replaced = (x: Value, axis: number, atoms: readonly Atom[]): (readonly Atom[])[] =>
  x.axes.map((own, index) => (index === axis ? atoms : own));

/** A single element of an axis, which goes away. */
export function element(ctx: Context, where: string, x: Value, axis: number, index: number): Value {
  const atoms = x.axes[axis] as readonly Atom[];
  const axes = x.axes.filter((_, other) => other !== axis);
  const size = totalSize(atoms);
  if (size === 1) {
    axisAt(where, index, 1);
    return { ...x, axes };
  }
  if (hasBatch(atoms)) refuse(where, 'takes one row of the batch', 'rows that stand alone', `index ${index}`);
  if (atoms.includes(runTime(x) as Atom)) {
    if (atoms.length > 1 || x.time.length > 1) refuse(where, 'a timestep of a time mixed with features');
    const name = ctx.add({ type: 'timestep', inputs: [x.name], index }, x.name);
    return { ...x, name, time: [], axes };
  }
  const place = axisAt(where, index, size as number);
  const { time, features } = without(x, atoms);
  const source = arrange(ctx, where, x, time, [...atoms, ...features]);
  const inner = count(features);
  const name = ctx.add(
    { type: 'slice', inputs: [source], axis: 'features', start: place * inner, count: inner },
    x.name,
  );
  return { ...x, name, time, features, axes };
}

/** From here on exporters mean "to the end". */
export const LARGEST_END = 2 ** 31 - 1;

export const isWhole = ({ start, end, step }: Range): boolean => start === 0 && end >= LARGEST_END && step === 1;

/** All of it, from its end. */
const isBackwards = ({ start, end, step }: Omit<Range, 'axis'>): boolean =>
  step === -1 && (start === -1 || start >= LARGEST_END) && end < -(2 ** 30);

/** A range of an axis. */
export function part(ctx: Context, where: string, x: Value, range: Range): Value {
  const atoms = x.axes[range.axis] as readonly Atom[];
  if (isWhole(range)) return x;
  const flow = runTime(x);
  if (flow && atoms.includes(flow) && (isSym(totalSize(atoms)) || isBackwards(range)))
    return partOfTime(ctx, where, x, range);
  return partOfFixed(ctx, where, x, range);
}

/** Of timesteps whose number depends on the run: all of them backwards, the last one, a fixed number from either end, or all but some. */
function partOfTime(ctx: Context, where: string, x: Value, { axis, start, end, step }: Range): Value {
  const atoms = x.axes[axis] as readonly Atom[];
  if (atoms.length > 1 || x.time.length > 1) refuse(where, 'a part of a time mixed with features');
  const toEnd = end >= LARGEST_END;
  if (isBackwards({ start, end, step })) return { ...x, name: ctx.add({ type: 'reverse', inputs: [x.name] }, x.name) };
  if (step < 1)
    refuse(
      where,
      'walks backwards over a part of the timesteps',
      'the whole sequence backwards',
      `${start} to ${end} by ${step}`,
    );
  const fields = { type: 'slice', inputs: [x.name], axis: 'time', start, step } as const;
  if (start < 0 || (!toEnd && end >= 0)) {
    const taken = start < 0 ? (toEnd ? -start : end < 0 ? end - start : undefined) : end - start;
    if (taken === undefined || taken < 1)
      refuse(where, 'a part that depends on the time', 'ends that do not', `${start} to ${end}`);
    const size = Math.ceil(taken / step);
    if (size === 1) {
      const single = ctx.add({ type: 'timestep', inputs: [x.name], index: start }, x.name);
      return { ...x, name: single, time: [], axes: replaced(x, axis, []) };
    }
    const atom: Atom = { kind: 'block', size };
    const name = ctx.add({ ...fields, count: size }, x.name);
    return { ...x, name, time: [atom], axes: replaced(x, axis, [atom]) };
  }
  const drop = toEnd ? 0 : -end;
  const atom: Atom = { kind: 'time', size: advanced(totalSize(atoms), sliceStep(start, drop, step)) };
  return { ...x, name: ctx.add({ ...fields, drop }, x.name), time: [atom], axes: replaced(x, axis, [atom]) };
}

/** Of an axis of known size. */
function partOfFixed(ctx: Context, where: string, x: Value, range: Range): Value {
  const { axis, start, end, step } = range;
  const atoms = x.axes[axis] as readonly Atom[];
  const size = totalSize(atoms);
  if (isSym(size) || hasBatch(atoms))
    refuse(where, 'a part of the batch', 'rows that stand alone', `${start} to ${end}`);
  const { from, count: taken } = takenOf(size, range);
  if (taken === size && step === 1) return x;
  if (taken < 1) refuse(where, 'takes nothing', 'at least one', `${start} to ${end} of ${size}`);
  const { time, features } = without(x, atoms);
  const inner = count(features);
  const source = arrange(ctx, where, x, time, [...atoms, ...features]);
  const slice = (first: number, blocks: number, by?: number): string =>
    ctx.add(
      {
        type: 'slice',
        inputs: [source],
        axis: 'features',
        start: first * inner,
        ...(by !== undefined && { step: by }),
        count: blocks * inner,
      },
      x.name,
    );
  let name: string;
  if (step > 0 && (step === 1 || inner === 1)) name = slice(from, taken, step);
  else {
    ctx.reporter.budget.bytes(BYTES_PER_OBJECT * taken, where);
    const pieces = Array.from({ length: taken }, (_, i) => slice(from + i * step, 1));
    name = pieces.length === 1 ? (pieces[0] as string) : ctx.add({ type: 'concatenate', inputs: pieces }, x.name);
  }
  const kind = atoms.some((atom) => atom.kind === 'steps') ? 'steps' : 'block';
  const atom: Atom = { kind, size: taken };
  return { ...x, name, time, features: [atom, ...features], axes: replaced(x, axis, taken === 1 ? [] : [atom]) };
}
