import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, integers, type Op } from '../context.js';
import { filled, pick, sliceRange, slices } from '../fold.js';
import { arrange } from '../layout.js';
import { isSym, type Num, sameNum, showSize, windows } from '../num.js';
import { value } from '../stretch.js';
import { type Atom, count, dimsOf, hasBatch, type Item, runTime, totalSize, type Value } from '../value.js';
import { item, type Run } from './run.js';

/** A single element of an axis, which goes away. */
export function element(ctx: Context, where: string, x: Value, axis: number, index: number, drop: boolean): Value {
  const atoms = x.axes[axis] as readonly Atom[];
  const axes = drop ? x.axes.filter((_, at) => at !== axis) : x.axes.map((one, at) => (at === axis ? [] : one));
  const size = totalSize(atoms);
  if (size === 1) return { ...x, axes };
  if (hasBatch(atoms)) refuse(where, 'takes one row of the batch', 'rows that stand alone', `index ${index}`);
  if (runTime(x) && atoms.includes(runTime(x) as Atom)) {
    if (atoms.length > 1 || x.time.length > 1) refuse(where, 'a timestep of a time mixed with features');
    const name = ctx.add({ type: 'timestep', inputs: [x.name], index }, x.name);
    return { ...x, name, time: [], axes };
  }
  const at = axisAt(where, index, size as number);
  const rest = x.features.filter((atom) => !atoms.includes(atom));
  const time = x.time.filter((atom) => !atoms.includes(atom));
  const source = arrange(ctx, where, x, time, [...atoms, ...rest]);
  const name = ctx.add(
    { type: 'slice', inputs: [source], axis: 'features', start: at * count(rest), count: count(rest) },
    x.name,
  );
  return { ...x, name, time, features: rest, axes };
}

/** From here on exporters mean "to the end". */
const LARGEST_END = 2 ** 31 - 1;

/** A range of an axis with a step; a whole axis backwards. */
export function part(
  ctx: Context,
  where: string,
  x: Value,
  axis: number,
  start: number,
  end: number,
  step: number,
): Value {
  const atoms = x.axes[axis] as readonly Atom[];
  if (start === 0 && end >= LARGEST_END && step === 1) return x;
  const size = totalSize(atoms);
  const flow = runTime(x);
  if (flow && atoms.includes(flow) && isSym(size)) {
    if (atoms.length > 1 || x.time.length > 1) refuse(where, 'a part of a time mixed with features');
    const wholeEnd = end >= LARGEST_END;
    if (step === -1 && (start === -1 || start >= LARGEST_END) && end < -(2 ** 30)) {
      return { ...x, name: ctx.add({ type: 'reverse', inputs: [x.name] }, x.name) };
    }
    if (step < 1)
      refuse(
        where,
        'walks backwards over a part of the timesteps',
        'the whole sequence backwards',
        `${start} to ${end} by ${step}`,
      );
    if (start === -1 && wholeEnd) {
      const last = ctx.add({ type: 'timestep', inputs: [x.name], index: -1 }, x.name);
      return { ...x, name: last, time: [], axes: x.axes.map((one, at) => (at === axis ? [] : one)) };
    }
    if (start < 0 || (!wholeEnd && end >= 0)) {
      // A fixed number of timesteps, from either end.
      const taken = start < 0 ? (wholeEnd ? -start : end < 0 ? end - start : undefined) : end - start;
      if (taken === undefined || taken < 1)
        refuse(where, 'a part that depends on the time', 'ends that do not', `${start} to ${end}`);
      const many = Math.ceil(taken / step);
      const atom: Atom = { kind: 'block', size: many };
      const name = ctx.add({ type: 'slice', inputs: [x.name], axis: 'time', start, step, count: many }, x.name);
      return { ...x, name, time: [atom], axes: x.axes.map((one, at) => (at === axis ? [atom] : one)) };
    }
    const drop = wholeEnd ? 0 : -end;
    const atom: Atom = { kind: 'time', size: windows(size, 1, step - 1 - start - drop, step) };
    const name = ctx.add({ type: 'slice', inputs: [x.name], axis: 'time', start, step, drop }, x.name);
    return { ...x, name, time: [atom], axes: x.axes.map((one, at) => (at === axis ? [atom] : one)) };
  }
  if (isSym(size) || hasBatch(atoms))
    refuse(where, 'a part of the batch', 'rows that stand alone', `${start} to ${end}`);
  const { from, count: many } = sliceRange(size, start, end, step);
  if (many === size && step === 1) return x;
  if (many < 1) refuse(where, 'takes nothing', 'at least one', `${start} to ${end} of ${size}`);
  const rest = x.features.filter((atom) => !atoms.includes(atom));
  const time = x.time.filter((atom) => !atoms.includes(atom));
  const atom: Atom = { kind: atoms.some(({ kind }) => kind === 'steps') ? 'steps' : 'block', size: many };
  const axes = x.axes.map((one, at) => (at === axis ? (many === 1 ? [] : [atom]) : one));
  const block = count(rest);
  const inner = step !== 1 && block > 1;
  // With a step, the axis is made the innermost.
  const source = arrange(ctx, where, x, time, inner ? [...rest, ...atoms] : [...atoms, ...rest]);
  if (step < 0 || inner) {
    const picks = Array.from({ length: many }, (_, i) => from + i * step);
    const pieces = picks.map((at) => {
      const outer = arrange(ctx, where, x, time, [...atoms, ...rest]);
      return ctx.add({ type: 'slice', inputs: [outer], axis: 'features', start: at * block, count: block }, x.name);
    });
    const name = pieces.length === 1 ? (pieces[0] as string) : ctx.add({ type: 'concatenate', inputs: pieces }, x.name);
    return { ...x, name, time, features: [atom, ...rest], axes };
  }
  const name = ctx.add(
    { type: 'slice', inputs: [source], axis: 'features', start: from * block, step, count: many * block },
    x.name,
  );
  return { ...x, name, time, features: [atom, ...rest], axes };
}

/** What a range leaves of a size. @throws {ImportError} it depends on the run. */
function remaining(where: string, size: Num, start: number, end: number, step: number): Num {
  if (!isSym(size)) return sliceRange(size, start, end, step).count;
  if (start === 0 && end >= LARGEST_END && step === 1) return size;
  return refuse(where, 'a part of a size that depends on the run', 'a fixed one', showSize(size));
}

/** Whole sequences backwards, as exporters write it: every length is the time itself. */
function reverseSequence(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  const x = value(ctx, where, op.inputs[0], 'the input');
  const axis = axisAt(where, attributes.int('time_axis', 0), x.axes.length);
  attributes.ignore('batch_axis');
  const lengths = item(op, 1);
  const time = dimsOf(x)[axis];
  const all =
    lengths.kind === 'constant' ? Array.from(lengths.data) : [lengths.kind === 'filled' ? lengths.value : undefined];
  if (all.some((n) => !sameNum(n, time)))
    refuse(
      where,
      'turns a part of the timesteps',
      `the whole time, ${showSize(time)}, of every row`,
      all.map(showSize).join(', '),
    );
  return [part(ctx, where, x, axis, -1, -LARGEST_END, -1)];
}

function split(op: Op, ctx: Context): Item[] {
  const { where, attributes, opset, outputs } = op;
  const x = item(op);
  const dims = dimsOf(x);
  const axis = axisAt(where, attributes.int('axis', 0), dims.length);
  const size = dims[axis] as Num;
  if (isSym(size)) refuse(where, 'splits an axis that depends on the run', 'a fixed size', showSize(size));
  const given = opset < 13 ? attributes.ints('split', undefined) : integers(where, op.inputs[1], 'split');
  const parts = attributes.int('num_outputs', undefined) ?? outputs.length;
  const even = Math.ceil(size / parts);
  const lengths = given ?? Array.from({ length: parts }, (_, i) => Math.min(even, size - i * even));
  if (lengths.reduce((a, b) => a + b, 0) !== size || lengths.length !== outputs.length) {
    refuse(where, 'parts that do not add up', `${outputs.length} parts of ${size}`, `[${lengths}]`);
  }
  let from = 0;
  return lengths.map((length, index) => {
    const start = from;
    from += length;
    if (!op.used[index]) return undefined;
    if (x.kind !== 'constant')
      return part(ctx, where, value(ctx, where, x, 'the input'), axis, start, start + length, 1);
    const strides = x.dims.map((_, at) => x.dims.slice(at + 1).reduce((a, b) => a * b, 1));
    const own = x.dims.map((n, at) => (at === axis ? length : n));
    return pick(where, x, own, strides, start * (strides[axis] as number));
  }) as Item[];
}

export const SLICE: Readonly<Record<string, Run>> = {
  Slice(op, ctx) {
    const x = item(op);
    const cuts = slices(op, dimsOf(x).length);
    if (x.kind === 'filled') {
      const dims = [...x.dims];
      for (const { axis, start, end, step } of cuts)
        dims[axis] = remaining(op.where, dims[axis] as Num, start, end, step);
      return [filled(dims, x.value, x.type)];
    }
    let v = value(ctx, op.where, x, 'the data');
    for (const { axis, start, end, step } of cuts) v = part(ctx, op.where, v, axis, start, end, step);
    return [v];
  },
  ReverseSequence: reverseSequence,
  Split: split,
};
