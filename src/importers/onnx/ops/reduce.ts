import type { ActivationName, ReduceNode } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, integers, type Op } from '../context.js';
import { arranged, withFeatures } from '../layout.js';
import { value } from '../stretch.js';
import { type Atom, count, hasBatch, type Item, runTime, type Value } from '../value.js';
import { activation, LARGEST } from './activate.js';
import { align } from './elementwise.js';
import type { Run } from './run.js';
import { isWhole, truncated } from './whole.js';

type Reduction = ReduceNode['operation'];

/** What joins parts elementwise as a reduction joins numbers. */
const MERGES = { mean: 'average', sum: 'add', max: 'maximum', min: 'minimum', prod: 'multiply' } as const;

/** Sums and the like over an axis. */
export function reduceOver(
  ctx: Context,
  op: Op,
  x: Value,
  axes: readonly number[],
  keep: boolean,
  operation: Reduction,
): Value {
  const { where } = op;
  const flow = runTime(x);
  let v = x;
  const solid = axes.filter((axis) => (x.axes[axis] as readonly Atom[]).length > 0);
  if (solid.some((axis) => hasBatch(x.axes[axis])))
    refuse(where, 'works across the batch', 'rows that stand alone; a batch of 1 in options.shapes', `axes [${axes}]`);
  const overTime = solid.filter((axis) => x.axes[axis]?.some((atom) => (flow ? atom === flow : x.time.includes(atom))));
  const gone = (value: Value, which: readonly number[]): Value => ({
    ...value,
    axes: value.axes.map((atoms, axis) => (which.includes(axis) ? [] : atoms)),
  });
  if (overTime.length > 0) {
    const timed = overTime.flatMap((axis) => x.axes[axis] ?? []);
    if (flow && timed.length > 1) refuse(where, 'reduces a time mixed with features', 'axes of their own', `[${axes}]`);
    if (timed.length !== x.time.length) {
      const rest = [...x.time, ...x.features].filter((atom) => !timed.includes(atom));
      v = arranged(ctx, where, x, timed, rest);
    }
    const name = ctx.add({ type: 'reduce', inputs: [v.name], operation, axis: 'time' }, op.outputs[0] as string);
    v = { ...gone(v, overTime), name, time: [] };
  }
  const rest = solid.filter((axis) => !overTime.includes(axis));
  if (rest.length > 0) {
    const over = rest.flatMap((axis) => v.axes[axis] as readonly Atom[]);
    const others = v.features.filter((atom) => !over.includes(atom));
    if (others.length > 0 && runTime(v)) v = byParts(ctx, op, v, over, others, operation);
    else {
      v = withFeatures(ctx, where, v, rest);
      const name = ctx.add({ type: 'reduce', inputs: [v.name], operation, axis: 'features' }, op.outputs[0] as string);
      v = { ...v, name, features: [] };
    }
    v = gone(v, rest);
  }
  return keep ? v : { ...v, axes: v.axes.filter((_, axis) => !axes.includes(axis)) };
}

/** Some of the features of every timestep of the run: taken apart and joined elementwise. */
function byParts(
  ctx: Context,
  op: Op,
  x: Value,
  over: readonly Atom[],
  others: readonly Atom[],
  operation: Reduction,
): Value {
  const parts = count(over);
  if (parts > 64) refuse(op.where, 'reduces many features beside others', 'at most 64', `${parts}`);
  const source = arranged(ctx, op.where, x, x.time, [...over, ...others]);
  const block = count(others);
  const inputs = Array.from({ length: parts }, (_, i) =>
    ctx.add(
      { type: 'slice', inputs: [source.name], axis: 'features', start: i * block, count: block },
      `${x.name}.part`,
    ),
  );
  const type = MERGES[operation];
  const name = inputs.length === 1 ? (inputs[0] as string) : ctx.add({ type, inputs }, op.outputs[0] as string);
  return { ...source, name, features: others };
}

/** Axes of a reduction: an attribute, or an input from the operator's version `since` on. */
export function reduction(op: Op): { axes: readonly number[] | undefined; keep: boolean } {
  const since = op.type === 'ReduceSum' ? 13 : 18;
  const axes = op.opset < since ? op.attributes.ints('axes', undefined) : integers(op.where, op.inputs[1], 'axes');
  const keep = op.attributes.flag('keepdims', true);
  const none = op.attributes.flag('noop_with_empty_axes', false);
  return { axes: axes?.length ? axes : none ? [] : undefined, keep };
}

/** What an operator reduces, and the axes that it goes over. */
function readReduction(op: Op, ctx: Context): { x: Value; axes: readonly number[]; keep: boolean } {
  const x = value(ctx, op.where, op.inputs[0], 'the input');
  const { axes, keep } = reduction(op);
  return { x, axes: axes?.map((axis) => axisAt(op.where, axis, x.axes.length)) ?? x.axes.map((_, axis) => axis), keep };
}

const reduce =
  (operation: Reduction): Run =>
  (op, ctx) => {
    const { x, axes, keep } = readReduction(op, ctx);
    const y = reduceOver(ctx, op, x, axes, keep, operation);
    return [operation === 'mean' && isWhole(x) ? truncated(ctx, y, x.type) : y];
  };

/** With activations before and after. */
const composed =
  (before: readonly ActivationName[], operation: Reduction, after: readonly ActivationName[] = []): Run =>
  (op, ctx) => {
    const { x, axes, keep } = readReduction(op, ctx);
    const each = (all: readonly ActivationName[], v: Value): Value =>
      all.reduce((part, name) => activation(ctx, part, name), v);
    return [each(after, reduceOver(ctx, op, each(before, x), axes, keep, operation))];
  };

/** The largest is taken off first, so that no power is beyond what float32 holds; an infinite one is not. */
function logSumExp(op: Op, ctx: Context): Item[] {
  const { x, axes, keep } = readReduction(op, ctx);
  const largest = activation(ctx, reduceOver(ctx, op, x, axes, true, 'max'), {
    type: 'clip',
    alpha: -LARGEST,
    beta: LARGEST,
  });
  const less = align(op, ctx, [x, largest]);
  const difference = { ...less.like, name: ctx.add({ type: 'subtract', inputs: less.names }, x.name) };
  const sum = reduceOver(ctx, op, activation(ctx, difference, 'exp'), axes, true, 'sum');
  const { names, like } = align(op, ctx, [activation(ctx, sum, 'log'), largest]);
  const y = { ...like, name: ctx.add({ type: 'add', inputs: names }, op.outputs[0] as string) };
  return [keep ? y : { ...y, axes: y.axes.filter((_, axis) => !axes.includes(axis)) }];
}

const global =
  (operation: 'mean' | 'max'): Run =>
  (op, ctx) => {
    const x = value(ctx, op.where, op.inputs[0], 'the input');
    const axes = x.axes.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
    return [reduceOver(ctx, op, x, axes, true, operation)];
  };

export const REDUCE: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  GlobalAveragePool: global('mean'),
  GlobalMaxPool: global('max'),
  ReduceMean: reduce('mean'),
  ReduceSum: reduce('sum'),
  ReduceMax: reduce('max'),
  ReduceMin: reduce('min'),
  ReduceProd: reduce('prod'),
  ReduceL1: composed(['abs'], 'sum'),
  ReduceL2: composed(['square'], 'sum', ['sqrt']),
  ReduceSumSquare: composed(['square'], 'sum'),
  ReduceLogSum: composed([], 'sum', ['log']),
  ReduceLogSumExp: logSumExp,
};
