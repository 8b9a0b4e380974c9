import { refuse } from '../shared/refuse.js';
import { type Context, numbers } from './context.js';
import { bounded, broadcast } from './fold/elements.js';
import { arranged } from './layout.js';
import { isSym, type Num, sameNum, showSize } from './num.js';
import {
  type Atom,
  type Constant,
  count,
  dimsOf,
  type Filled,
  INT64,
  type Item,
  runTime,
  type Value,
} from './value.js';
import { newNumbers } from './whole-types.js';

/** Most copies of a value side by side. */
const MOST_COPIES = 1024;

/** The value repeated along its axes of size 1 until it has these sizes; over rows of the batch that costs nothing. */
export function stretch(ctx: Context, where: string, x: Value, dims: readonly Num[]): Value {
  const padded = [...Array(Math.max(0, dims.length - x.axes.length)).fill([]), ...x.axes] as (readonly Atom[])[];
  let v: Value = { ...x, axes: padded };
  const own = dimsOf(v);
  const grows = broadcast(where, own, dims).map((n, axis) => (sameNum(n, own[axis]) ? 1 : n));
  const put = (axis: number, atom: Atom): (readonly Atom[])[] =>
    v.axes.map((atoms, i) => (i === axis ? [...atoms.filter(({ kind }) => kind === 'time'), atom] : atoms));
  grows.forEach((n, axis) => {
    if (!isSym(n)) return;
    if (ctx.batch && sameNum(n, ctx.batch.size)) v = { ...v, axes: put(axis, ctx.batch) };
    else v = overTime(ctx, where, v, n, (atom) => put(axis, atom));
  });
  // One number for each row, which is what an index may be.
  const single = v.time.length === 0 && count(v.features) === 1 ? v.name : undefined;
  grows.forEach((n, axis) => {
    if (isSym(n) || n === 1) return;
    if (!Number.isSafeInteger(n) || n < 1) refuse(where, 'a size that cannot be', 'at least 1', `${n}`);
    const atom: Atom = { kind: 'block', size: n };
    if (v.time.length === 0) {
      v = {
        ...v,
        name: ctx.add({ type: 'repeat', inputs: [v.name], count: n }, v.name),
        time: [atom],
        axes: put(axis, atom),
      };
      return;
    }
    if (n > MOST_COPIES) refuse(where, 'repeats a sequence very often', `at most ${MOST_COPIES} times`, `${n}`);
    const inputs = Array<string>(n).fill(v.name);
    v = {
      ...v,
      name: ctx.add({ type: 'concatenate', inputs }, v.name),
      features: [atom, ...v.features],
      axes: put(axis, atom),
    };
  });
  if (single !== undefined && single !== v.name) ctx.repeats(v.name, single);
  return v;
}

/** Zeros at every timestep of a sequence, whatever it holds: nothing is less than itself, NaN included. */
function zerosOver(ctx: Context, sequence: Value): string {
  const inputs = [sequence.name];
  const first = ctx.add({ type: 'slice', inputs, axis: 'features', start: 0, count: 1 }, `${sequence.name}.one`);
  const zeros = ctx.add({ type: 'less', inputs: [first, first] }, `${sequence.name}.zeros`);
  return ctx.rows.alike(ctx.rows.source(zeros));
}

/** 0, 1, 2, … at the timesteps of the run. */
export function timestepNumbers(ctx: Context, where: string, time: Num): Value {
  const sequence = ctx.sequences.get(showSize(time));
  const atom = sequence && runTime(sequence);
  if (!sequence || !atom)
    refuse(where, 'as many numbers as the run says', 'the time of a sequence; options.shapes', showSize(time));
  const inputs = [zerosOver(ctx, sequence)];
  const ones = ctx.add({ type: 'activation', inputs, activation: { type: 'affine', alpha: 1, beta: 1 } }, 'ones');
  const name = ctx.add({ type: 'cumsum', inputs: [ones], axis: 'time', exclusive: true }, 'timesteps');
  return { kind: 'value', name, time: [atom], features: [], axes: [[atom]], type: INT64 };
}

/** The one number of a constant, if that depends on the run. */
export function runSize(x: Item): Num | undefined {
  const n = x.kind === 'filled' ? x.value : x.kind === 'constant' && x.data.length === 1 ? x.data[0] : undefined;
  return isSym(n) ? n : undefined;
}

/** A number that depends on the time of the run, as a value: how many timesteps there are, times and plus what it says. */
function sizeValue(ctx: Context, where: string, n: Num, type: number): Value {
  const whole = ctx.sequences.get(showSize(n));
  const base = isSym(n) ? { ...n, coef: 1, add: 0 } : n;
  const sequence = whole ?? ctx.sequences.get(showSize(base));
  if (!sequence || !isSym(n))
    refuse(
      where,
      'depends on the size of the input',
      'a number, or the time of a sequence; options.shapes',
      showSize(n),
    );
  const zeros = zerosOver(ctx, sequence);
  const plus = (inputs: string[], alpha: number, beta: number): string =>
    ctx.add({ type: 'activation', inputs, activation: { type: 'affine', alpha, beta } }, 'size');
  const time = ctx.add({ type: 'reduce', inputs: [plus([zeros], 1, 1)], operation: 'sum', axis: 'time' }, 'size');
  const name = whole || (n.coef === 1 && n.add === 0) ? time : plus([time], n.coef, n.add);
  return { kind: 'value', name, time: [], features: [], axes: [], type };
}

/** A vector at every timestep of the run: added to zeros that some sequence of that time gives. */
function overTime(ctx: Context, where: string, x: Value, time: Num, axes: (atom: Atom) => (readonly Atom[])[]): Value {
  const sequence = ctx.sequences.get(showSize(time));
  const atom = sequence && runTime(sequence);
  if (!sequence || !atom || runTime(x))
    refuse(where, 'repeats a value as often as the run says', 'the time of a sequence; options.shapes', showSize(time));
  if (x.carried) refuse(where, 'uses carried state at every timestep', 'state that goes into recurrent layers only');
  const flat = arranged(ctx, where, x, [], [...x.time, ...x.features]);
  const zeros = zerosOver(ctx, sequence);
  return {
    ...flat,
    name: ctx.add({ type: 'add', inputs: [zeros, flat.name] }, x.name),
    time: [atom],
    axes: axes(atom),
  };
}

/** Numbers that are known as a value of the model, the same for every row of the batch. */
export function materialise(ctx: Context, where: string, x: Constant | Filled): Value {
  const dims = x.dims.map((n) => (isSym(n) ? 1 : n));
  const atoms = dims.map((size): Atom => ({ kind: 'block', size }));
  const length = bounded(ctx.site(where), dims, x.type);
  const data = numbers(
    where,
    x.kind === 'constant'
      ? x
      : { ...x, dims, kind: 'constant', data: isSym(x.value) ? [x.value] : newNumbers(x.type, length).fill(x.value) },
  );
  const tensor = ctx.tensor('constant', [length], data);
  const name = ctx.add({ type: 'constant', inputs: [], tensors: { value: tensor } }, 'constant');
  const axes = atoms.map((atom) => (atom.size === 1 ? [] : [atom]));
  return stretch(ctx, where, { kind: 'value', name, time: [], features: axes.flat(), axes, type: x.type }, x.dims);
}

/** What an operator needs as a value of the model. */
export function value(ctx: Context, where: string, item: Item | undefined, what: string): Value {
  if (item?.kind === 'value') return item;
  const size = item && runSize(item);
  if (item && size !== undefined) return stretch(ctx, where, sizeValue(ctx, where, size, item.type), dimsOf(item));
  if (item?.kind === 'filled') return materialise(ctx, where, item);
  return refuse(
    where,
    `${what} is not a value of the model`,
    'an input of the model or what comes of it',
    item?.kind ?? 'nothing',
  );
}

/** Several values of one layout side by side, as blocks of a new axis of features. */
export function stack(ctx: Context, parts: readonly Value[], axis: number, wanted: string): Value {
  const first = parts[0] as Value;
  const atom: Atom = { kind: 'block', size: parts.length };
  const single = parts.length === 1;
  const name = single ? first.name : ctx.add({ type: 'concatenate', inputs: parts.map((part) => part.name) }, wanted);
  return {
    ...first,
    name,
    features: single ? first.features : [atom, ...first.features],
    axes: [...first.axes.slice(0, axis), single ? [] : [atom], ...first.axes.slice(axis)],
  };
}

/** A part of the features of a value: `length` of blocks of them from `start` on. */
export function block(
  ctx: Context,
  source: string,
  start: number,
  length: number,
  of: readonly Atom[],
  wanted: string,
): string {
  const size = count(of);
  return ctx.add(
    { type: 'slice', inputs: [source], axis: 'features', start: start * size, count: length * size },
    wanted,
  );
}
