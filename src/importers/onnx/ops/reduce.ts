import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, integers, type Op } from '../context.js';
import { arranged, withFeatures } from '../layout.js';
import { value } from '../stretch.js';
import { type Atom, count, hasBatch, runTime, type Value } from '../value.js';
import { activation } from './activate.js';
import type { Run } from './run.js';

/** Sums and the like over an axis. */
function reduceOver(
  ctx: Context,
  op: Op,
  x: Value,
  axes: readonly number[],
  keep: boolean,
  operation: 'mean' | 'sum' | 'max' | 'min',
): Value {
  const { where } = op;
  const flow = runTime(x);
  let v = x;
  const solid = axes.filter((axis) => (x.axes[axis] as readonly Atom[]).length > 0);
  if (solid.some((axis) => hasBatch(x.axes[axis])))
    refuse(where, 'works across the batch', 'rows that stand alone', `axes [${axes}]`);
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
  operation: 'mean' | 'sum' | 'max' | 'min',
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
  const type = ({ mean: 'average', sum: 'add', max: 'maximum', min: 'minimum' } as const)[operation];
  const name = inputs.length === 1 ? (inputs[0] as string) : ctx.add({ type, inputs }, op.outputs[0] as string);
  return { ...source, name, features: others };
}

/** Axes of a reduction: an attribute, or an input from the operator's version `since` on. */
export function reduction(op: Op): { axes: readonly number[] | undefined; keep: boolean } {
  const since = op.type === 'ReduceSum' ? 13 : 18;
  const axes = op.opset < since ? op.attributes.ints('axes', undefined) : integers(op.where, op.inputs[1], 'axes');
  const keep = op.attributes.int('keepdims', 1) !== 0;
  const none = op.attributes.int('noop_with_empty_axes', 0) !== 0;
  return { axes: axes?.length ? axes : none ? [] : undefined, keep };
}

const reduce =
  (operation: 'mean' | 'sum' | 'max' | 'min'): Run =>
  (op, ctx) => {
    const x = value(ctx, op.where, op.inputs[0], 'the input');
    const { axes, keep } = reduction(op);
    const all = axes?.map((axis) => axisAt(op.where, axis, x.axes.length)) ?? x.axes.map((_, axis) => axis);
    return [reduceOver(ctx, op, x, all, keep, operation)];
  };

const global =
  (operation: 'mean' | 'max'): Run =>
  (op, ctx) => {
    const x = value(ctx, op.where, op.inputs[0], 'the input');
    const axes = x.axes.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
    return [reduceOver(ctx, op, x, axes, true, operation)];
  };

/** Over the timesteps of the run, by its definition; the maximum is taken off first, as everywhere. */
function softmaxOverTime(op: Op, ctx: Context, x: Value, axis: number, type: 'softmax' | 'log_softmax'): Value {
  const wanted = op.outputs[0] as string;
  const over = (part: Value, operation: 'max' | 'sum'): Value => reduceOver(ctx, op, part, [axis], true, operation);
  const largest = over(x, 'max').name;
  const less: Value = { ...x, name: ctx.add({ type: 'subtract', inputs: [x.name, largest] }, wanted) };
  const powers = activation(ctx, less, 'exp');
  const sum = over(powers, 'sum');
  const inputs = type === 'softmax' ? [powers.name, sum.name] : [less.name, activation(ctx, sum, 'log').name];
  return { ...x, name: ctx.add({ type: type === 'softmax' ? 'divide' : 'subtract', inputs }, wanted) };
}

const softmax =
  (type: 'softmax' | 'log_softmax'): Run =>
  (op, ctx) => {
    const x = value(ctx, op.where, op.inputs[0], 'the input');
    const rank = x.axes.length;
    // Up to version 12 everything from the axis on counted as one.
    const axis = axisAt(op.where, op.attributes.int('axis', op.opset < 13 ? 1 : -1), rank);
    const axes = op.opset < 13 ? Array.from({ length: rank - axis }, (_, i) => axis + i) : [axis];
    const flow = runTime(x);
    if (flow && axes.length === 1 && x.axes[axis]?.includes(flow)) return [softmaxOverTime(op, ctx, x, axis, type)];
    const v = withFeatures(ctx, op.where, x, axes);
    return [{ ...v, name: ctx.add({ type, inputs: [v.name] }, op.outputs[0] as string) }];
  };

export const REDUCE: Readonly<Record<string, Run>> = {
  GlobalAveragePool: global('mean'),
  GlobalMaxPool: global('max'),
  ReduceMean: reduce('mean'),
  ReduceSum: reduce('sum'),
  ReduceMax: reduce('max'),
  ReduceMin: reduce('min'),
  Softmax: softmax('softmax'),
  LogSoftmax: softmax('log_softmax'),
};
