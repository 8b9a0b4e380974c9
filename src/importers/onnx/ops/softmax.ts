import { axisAt, type Context, type Op } from '../context.js';
import { withFeatures } from '../layout.js';
import { value } from '../stretch.js';
import { runTime, type Value } from '../value.js';
import { activation } from './activate.js';
import { reduceOver } from './reduce.js';
import type { Run } from './run.js';

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

export const SOFTMAX: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  Softmax: softmax('softmax'),
  LogSoftmax: softmax('log_softmax'),
};
