import { refuse } from '../../shared/refuse.js';
import type { Context, Op } from '../context.js';
import { value } from '../stretch.js';
import { type Atom, count, runTime, type Value } from '../value.js';
import { poolOverTime, timeAxis } from './over-time.js';
import type { Run } from './run.js';
import { after, isFlat, isPlane, type Sides, sidesOf, timeAfter, windowOf } from './slide.js';

interface Pooling {
  readonly type: 'max_pool1d' | 'average_pool1d';
  readonly ceil: boolean;
  readonly countPadding: boolean;
}

/** Along one axis. */
function along(op: Op, ctx: Context, x: Value, sides: Sides, { type, ceil, countPadding }: Pooling): Value {
  const w = windowOf(op, ctx, x, sides);
  const fields = {
    poolSize: w.kernel,
    stride: w.stride,
    dilation: w.dilation,
    padding: w.padding,
    ...(ceil && { ceil }),
    ...(countPadding && { countPadding }),
  };
  const name = ctx.add({ type, inputs: [w.x.name], ...fields }, op.outputs[0] as string);
  return { ...after(w, name, timeAfter(w, ceil), count(w.x.features)), features: w.x.features };
}

/** A maximum over a window of two axes is one of maxima, and so are means, whose counts are products: one axis after the other. */
function overPlane(op: Op, ctx: Context, x: Value, sides: Sides, pooling: Pooling): Value {
  let v = x;
  for (const axis of [0, 1]) {
    if (isFlat(sides, axis)) continue;
    const [own, other] = [axis + 2, 3 - axis];
    const only = <T>(all: readonly T[], none: T): T[] => all.map((one, i) => (i === axis ? one : none));
    const { kernel, strides, dilations, padding } = sides;
    const single: Sides = {
      kernel: only(kernel, 1),
      strides: only(strides, 1),
      dilations: only(dilations, 1),
      padding: only(padding, [0, 0]),
    };
    const [rows, channels, beside] = [v.axes[0], v.axes[1], v.axes[other]] as [Atom[], Atom[], Atom[]];
    // What stands along the other axis is channels meanwhile.
    const axes = v.axes.map((atoms, i) => (i === 1 ? [...channels, ...beside] : i === other ? [] : atoms));
    const y = along(op, ctx, { ...v, axes }, single, pooling);
    const back = y.axes.map((atoms, i) => (i === 0 ? rows : i === 1 ? channels : i === own ? atoms : beside));
    v = { ...y, axes: back };
  }
  return v;
}

/** Timesteps in the place of the channels, as columns of an image: which of the axes behind them is left as it is, whose places are channels then. */
const withinTimesteps = (x: Value, sides: Sides): 0 | 1 | undefined => {
  const flow = runTime(x);
  if (!flow || !x.axes[1]?.includes(flow)) return undefined;
  return ([0, 1] as const).find((axis) => isFlat(sides, axis));
};

/** With the channels in the place of another axis, and that in theirs. */
const swapped = (x: Value, axis: number): Value => ({
  ...x,
  axes: x.axes.map((own, i) => (i === 1 ? x.axes[axis] : i === axis ? x.axes[1] : own) as Atom[]),
});

const pool =
  (type: Pooling['type']): Run =>
  (op, ctx) => {
    const { attributes, where } = op;
    attributes.ignore('storage_order');
    if (op.used[1]) refuse(where, 'asks for the indices of maxima', 'the maxima alone');
    const x = value(ctx, where, op.inputs[0], 'X');
    const sides = sidesOf(op, x, undefined);
    const ceil = attributes.flag('ceil_mode', false);
    const countPadding = type === 'average_pool1d' && attributes.flag('count_include_pad', false);
    const pooling = { type, ceil, countPadding };
    if (isPlane(x, sides)) {
      const axis = timeAxis(x);
      const over = { ...pooling, type: type === 'max_pool1d' ? 'max_pool2d' : 'average_pool2d' } as const;
      if (axis !== undefined) return [poolOverTime(op, ctx, x, axis, sides, over)];
      const own = withinTimesteps(x, sides);
      if (own === undefined) return [overPlane(op, ctx, x, sides, pooling)];
      const y = poolOverTime(op, ctx, swapped(x, own + 2), own, sides, over);
      return [swapped(y, own + 2)];
    }
    const y = along(op, ctx, x, sides, pooling);
    const channels = count(y.features);
    const atom: Atom = { kind: 'block', size: channels };
    const axes = y.axes.map((atoms, axis) => (axis === 1 ? (channels === 1 ? [] : [atom]) : atoms));
    return [{ ...y, features: [atom], axes }];
  };

export const POOL: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  MaxPool: pool('max_pool1d'),
  AveragePool: pool('average_pool1d'),
};
