import { refuse } from '../../shared/refuse.js';
import type { Context, Op } from '../context.js';
import { value } from '../stretch.js';
import { type Atom, count, type Value } from '../value.js';
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
      if (axis === undefined) return [overPlane(op, ctx, x, sides, pooling)];
      const over = type === 'max_pool1d' ? 'max_pool2d' : 'average_pool2d';
      return [poolOverTime(op, ctx, x, axis, sides, { ...pooling, type: over })];
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
