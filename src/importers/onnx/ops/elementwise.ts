import type { ActivationSpec, BinaryMerge } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import { type Context, everyInput, known, numbers, type Op } from '../context.js';
import { broadcast, filled, pick, type Site } from '../fold/elements.js';
import { once } from '../fold/once.js';
import { arrange } from '../layout.js';
import { isSym, type Num, sameNum, showSize } from '../num.js';
import { rowArithmetic } from '../row-numbers.js';
import { runSize, stretch, value } from '../stretch.js';
import {
  type Atom,
  BOOL,
  type Constant,
  constant,
  count,
  dimsOf,
  type Filled,
  hasBatch,
  type Item,
  runTime,
  totalSize,
  type Value,
  withoutBatch,
} from '../value.js';
import { activation, LARGEST } from './activate.js';
import { expanded } from './expand.js';
import type { Run } from './run.js';
import { isWhole, modulo, wholeQuotient } from './whole.js';

/** The number that a constant is everywhere. */
function uniform(x: Constant | Filled): number | undefined {
  if (x.kind === 'filled') return isSym(x.value) ? undefined : x.value;
  const { data } = x;
  const first = data[0];
  return once(data, 'uniform', () => Array.prototype.every.call(data, (n: Num) => n === first)) &&
    typeof first === 'number'
    ? first
    : undefined;
}

/** A constant in the storage order of a value: `[features]`, or with timesteps of fixed number `[time, features]`. */
function beside({ where, budget }: Site, x: Value, given: Constant): { data: Float32Array; shape: number[] } {
  const rank = x.axes.length;
  const dims = [
    ...Array(Math.max(0, rank - given.dims.length)).fill(1),
    ...given.dims.slice(-rank || given.dims.length),
  ] as number[];
  const flow = runTime(x);
  // Each atom with its step in the constant; 0 where the constant does not vary.
  const step = new Map<Atom, number>();
  x.axes.forEach((axis, i) => {
    let inner = dims.slice(i + 1).reduce((a, b) => a * b, 1);
    for (const atom of [...axis].reverse()) {
      if (dims[i] === 1) step.set(atom, 0);
      else if (atom.kind === 'batch' || atom === flow)
        refuse(where, 'a constant that differs from row to row or over time', 'one for all', `[${given.dims}]`);
      else {
        step.set(atom, inner);
        inner *= atom.size as number;
      }
    }
  });
  const fixed = x.time.filter((atom) => atom !== flow);
  const varies = fixed.some((atom) => (step.get(atom) ?? 0) !== 0);
  const atoms = [...(varies ? fixed : []), ...x.features];
  const sizes = atoms.map(({ size }) => size as number);
  const turned = pick(
    { where, budget },
    given,
    sizes,
    atoms.map((atom) => step.get(atom) ?? 0),
  );
  const features = count(x.features);
  const data = numbers(where, turned);
  return { data, shape: varies ? [count(fixed), features] : [features] };
}

/** A constant as a value of its own, beside x. */
function asValue(ctx: Context, where: string, x: Value, given: Constant): string {
  const { data, shape } = beside(ctx.site(where), x, given);
  const tensor = ctx.tensor(given.tensor ?? 'constant', shape, data, {
    constant: given,
    becomes: 'constant.value',
    how: 'spread over the features',
  });
  const name = ctx.add({ type: 'constant', inputs: [], tensors: { value: tensor } }, 'constant');
  const n = uniform(given);
  if (n !== undefined) ctx.repeats(name, data.length > 1 ? ctx.constant(n) : name);
  return name;
}

/**
 * Keras moves token ids below 0 up by the vocabulary's size, and takes the others as they are. There are none below 0; the other
 * constants that leave ids what they are keep them ids.
 */
function withIds(ctx: Context, type: BinaryMerge, x: Value, given: Constant | Filled, left: boolean): Item | undefined {
  const n = uniform(given);
  if (type === 'less' && !left && n === 0) {
    ctx.notNegative.add(ctx.rows.source(x.name));
    return filled(ctx.site(`node ${JSON.stringify(x.name)}`), dimsOf(x), 0, BOOL);
  }
  return (type === 'multiply' && n === 1) || (type === 'add' && n === 0) ? x : undefined;
}

/** One of the two is a constant: folded into an activation or a scale and shift where there is one. */
function withConstant(
  op: Op,
  ctx: Context,
  type: BinaryMerge,
  small: Value,
  given: Constant | Filled,
  left: boolean,
): Value | Filled | Constant {
  const { where } = op;
  const ids = ctx.isIds(small) ? withIds(ctx, type, small, given, left) : undefined;
  if (ids) return ids;
  const n = uniform(given);
  // No whole number is infinite.
  if (type === 'multiply' && n === 0 && isWhole(small))
    return filled(op, broadcast(where, dimsOf(small), given.dims), 0, small.type);
  const x = stretch(ctx, where, small, given.dims);
  // A reciprocal is rounded, and so is the product with it, where a quotient of whole numbers may be one.
  const exact = type === 'divide' && !left && (x.whole === true || isWhole(x));
  if (n !== undefined && !exact) {
    const plain: ActivationSpec | undefined = scalar(type, n, left);
    if (plain === 'linear') return x;
    if (plain) return activation(ctx, x, plain);
  }
  const full = given.kind === 'constant' ? given : constant([], [given.value], given.type);
  const affine =
    type === 'add' || type === 'multiply' || (type === 'subtract' && !left) || (type === 'divide' && !left && !exact);
  if (affine && given.kind === 'constant') {
    const { data, shape } = beside(op, x, full);
    if (shape.length === 1) {
      const product = ctx.biasless.get(op.inputNames[left ? 1 : 0] as string);
      const add = type === 'add' || type === 'subtract';
      const turned = type === 'subtract' ? data.map((v) => -v) : type === 'divide' ? data.map((v) => 1 / v) : data;
      const field = add ? (product ? 'bias' : 'shift') : 'scale';
      const sign = type === 'subtract' ? 'negated; ' : type === 'divide' ? 'its reciprocal; ' : '';
      const tensor = ctx.tensor(given.tensor ?? `${x.name}.${field}`, shape, turned, {
        constant: given,
        becomes: `${x.name}.${field}`,
        how: `${sign}one per feature`,
      });
      if (add && product) {
        (product as { tensors: object }).tensors = { ...product.tensors, bias: tensor };
        ctx.biasless.delete(op.inputNames[left ? 1 : 0] as string);
        return x;
      }
      return {
        ...x,
        name: ctx.add({ type: 'scale_shift', inputs: [x.name], tensors: { [field]: tensor } }, op.outputs[0] as string),
      };
    }
  }
  const other = asValue(ctx, where, x, full);
  const name = ctx.add({ type, inputs: left ? [other, x.name] : [x.name, other] }, op.outputs[0] as string);
  return { ...x, name };
}

function scalar(type: BinaryMerge, n: number, left: boolean): ActivationSpec | undefined {
  switch (type) {
    case 'add':
      return n === 0 ? 'linear' : { type: 'affine', alpha: 1, beta: n };
    case 'subtract':
      return left ? { type: 'affine', alpha: -1, beta: n } : { type: 'affine', alpha: 1, beta: -n };
    case 'multiply':
      return n === 1 ? 'linear' : { type: 'affine', alpha: n, beta: 0 };
    case 'divide':
      if (!left) return n === 1 ? 'linear' : { type: 'affine', alpha: 1 / n, beta: 0 };
      return n === 1 ? 'reciprocal' : undefined;
    case 'power':
      if (left) return undefined;
      return new Map<number, ActivationSpec>([
        [1, 'linear'],
        [2, 'square'],
        [0.5, 'sqrt'],
        [-1, 'reciprocal'],
      ]).get(n);
    case 'maximum':
      return n === 0 ? 'relu' : { type: 'clip', alpha: n, beta: LARGEST };
    case 'minimum':
      return { type: 'clip', alpha: -LARGEST, beta: n };
  }
  return undefined;
}

/** Values side by side: axes aligned at the end, each of the same size or 1. @returns names and what the result is like. */
export function align(op: Op, ctx: Context, values: readonly Value[]): { names: string[]; like: Value } {
  const { where } = op;
  const rank = Math.max(...values.map((x) => x.axes.length));
  const padded = values.map((x) => [...Array(rank - x.axes.length).fill([]), ...x.axes] as (readonly Atom[])[]);
  const axes = Array.from({ length: rank }, (_, i): readonly Atom[] => {
    const here = padded.map((all) => all[i] as readonly Atom[]);
    const first = here.find((atoms) => totalSize(atoms) !== 1) ?? here.find((atoms) => atoms.length > 0) ?? [];
    for (const atoms of here) {
      const batches = hasBatch(atoms) !== hasBatch(first);
      if (totalSize(atoms) !== 1 && (batches || !sameNum(totalSize(atoms), totalSize(first)))) {
        refuse(where, 'shapes that do not go together', showSize(totalSize(first)), showSize(totalSize(atoms)));
      }
    }
    return first;
  });
  const flow = values.map(runTime).find((atom) => atom !== undefined);
  const overTime = axes.map((_, i) =>
    values.some((x, index) => {
      const atoms = padded[index]?.[i] as readonly Atom[];
      const timed = flow
        ? runTime(x) !== undefined && atoms.includes(runTime(x) as Atom)
        : atoms.length > 0 && atoms.every((atom) => x.time.includes(atom));
      return timed;
    }),
  );
  // Of timesteps of fixed number some have a part: then all are features.
  const timed = (own: readonly (readonly Atom[])[]): number =>
    own.filter((atoms, i) => overTime[i] && totalSize(atoms) !== 1).length;
  if (!flow && padded.some((own) => timed(own) > 0 && timed(own) < timed(axes))) overTime.fill(false);
  const pickAxes = (all: readonly (readonly Atom[])[], wanted: boolean): Atom[] =>
    all.flatMap((atoms, i) => (overTime[i] === wanted ? withoutBatch(atoms) : []));
  const total = count(pickAxes(axes, false));
  const sizes = axes.map((atoms, i) => (overTime[i] || hasBatch(atoms) ? 1 : totalSize(atoms)));
  const names = values.map((x, index) => {
    const own = padded[index] as (readonly Atom[])[];
    const few = count(pickAxes(own, false));
    // One of several axes of features is stretched here, all or none of them by the layer.
    const wide = few === total || few === 1 ? { ...x, axes: own } : stretch(ctx, where, { ...x, axes: own }, sizes);
    const all = wide.axes;
    const features = pickAxes(all, false);
    if (flow && !runTime(x) && pickAxes(all, true).length > 0)
      refuse(
        where,
        'timesteps of a fixed number beside those of the run',
        "'fixed' in options.axes",
        showSize(flow.size),
      );
    if (flow && x.carried && !runTime(x))
      refuse(where, 'uses carried state at every timestep', 'state that goes into recurrent layers only');
    return arrange(ctx, where, wide, pickAxes(all, true), features);
  });
  const first = values[0] as Value;
  const carried = values.some((x) => x.carried);
  return { names, like: { ...first, time: pickAxes(axes, true), features: pickAxes(axes, false), axes, carried } };
}

/** Merges of any number of inputs; the others have two. */
const VARIADIC = ['Sum', 'Mean', 'Max', 'Min'];

/** Two of an operator's inputs. */
export function merged(op: Op, ctx: Context, type: BinaryMerge, a: Item, b: Item): Item {
  const rows = rowArithmetic(ctx, type, a, b);
  if (rows) return rows;
  if (runSize(a) !== undefined) return merged(op, ctx, type, value(ctx, op.where, a, 'an input'), b);
  if (runSize(b) !== undefined) return merged(op, ctx, type, a, value(ctx, op.where, b, 'an input'));
  if (a.kind === 'value' && b.kind === 'value') {
    const { names, like } = align(op, ctx, [a, b]);
    return { ...like, name: ctx.add({ type, inputs: names }, op.outputs[0] as string) };
  }
  if (a.kind === 'value') return withConstant(op, ctx, type, a, b as Constant | Filled, false);
  return withConstant(op, ctx, type, value(ctx, op.where, b, 'an input'), a, true);
}

const merge =
  (type: BinaryMerge, compares = false): Run =>
  (op, ctx) => {
    const [first, ...rest] = everyInput(op, VARIADIC.includes(op.type) ? 1 : 2);
    const y = rest.reduce<Item>((a, b) => merged(op, ctx, type, a, b), first);
    return [y.kind === 'value' && compares ? { ...y, type: BOOL } : y];
  };

function where(op: Op, ctx: Context): Item[] {
  const [condition, a, b] = everyInput(op, 3) as [Item, Item, Item];
  const dims = [a, b].reduce<readonly Num[]>(
    (dims, item) => broadcast(op.where, dims, dimsOf(item)),
    dimsOf(condition),
  );
  if (condition.kind !== 'value') {
    const yes = uniform(condition);
    if (yes !== undefined) return [expanded(ctx, op.where, yes !== 0 ? a : b, dims)];
  }
  const main = [condition, a, b].find((item) => item.kind === 'value') ?? a;
  const like = stretch(ctx, op.where, value(ctx, op.where, main, 'an input'), dims);
  const lift = (x: Item): Value => {
    if (x.kind === 'value') return x;
    const n = uniform(x);
    if (n === undefined)
      return { ...like, name: asValue(ctx, op.where, like, known(op.where, x, 'an input')), type: x.type };
    return { kind: 'value', name: ctx.constant(n), time: [], features: [], axes: [], type: x.type };
  };
  const { names, like: all } = align(op, ctx, [lift(condition), lift(a), lift(b)]);
  return [{ ...all, name: ctx.add({ type: 'where', inputs: names }, op.outputs[0] as string), type: a.type }];
}

export const ELEMENTWISE: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  PRelu(op, ctx) {
    const slope = known(op.where, op.inputs[1], 'the slope');
    const x = stretch(ctx, op.where, value(ctx, op.where, op.inputs[0], 'the input'), slope.dims);
    const { data, shape } = beside(op, x, slope);
    if (shape.length > 1) refuse(op.where, 'a slope per timestep', 'one per feature');
    const tensor = ctx.tensor(slope.tensor ?? 'slope', shape, data, {
      constant: slope,
      becomes: `${op.name}.alpha`,
      how: 'one per feature',
    });
    return [
      { ...x, name: ctx.add({ type: 'prelu', inputs: [x.name], tensors: { alpha: tensor } }, op.outputs[0] as string) },
    ];
  },
  Add: merge('add'),
  Sum: merge('add'),
  Mean(op, ctx) {
    const [sum] = (ELEMENTWISE.Sum as Run)(op, ctx) as [Item];
    return [merged(op, ctx, 'multiply', sum, constant([], Float32Array.of(1 / op.inputs.length), 1))];
  },
  Sub: merge('subtract'),
  Mul: merge('multiply'),
  Div(op, ctx) {
    const [a, b] = everyInput(op, 2) as [Item, Item];
    return [wholeQuotient(ctx, merged(op, ctx, 'divide', a, b), a, b)];
  },
  Mod: modulo(
    (op, ctx, a, b) => merged(op, ctx, 'divide', a, b),
    (op, ctx, a, b) => merged(op, ctx, 'multiply', a, b),
    (op, ctx, a, b) => merged(op, ctx, 'subtract', a, b),
  ),
  Xor(op, ctx) {
    const [a, b] = everyInput(op, 2) as [Item, Item];
    const equal = value(ctx, op.where, merged(op, ctx, 'equal', a, b), 'an input');
    return [activation(ctx, equal, { type: 'affine', alpha: -1, beta: 1 }, BOOL)];
  },
  Pow: merge('power'),
  Max: merge('maximum'),
  Min: merge('minimum'),
  Equal: merge('equal', true),
  Less: merge('less', true),
  LessOrEqual: merge('less_equal', true),
  Greater: merge('greater', true),
  GreaterOrEqual: merge('greater_equal', true),
  And: merge('multiply'),
  Or: merge('maximum'),
  Where: where,
};
