import { spanOf, spreadStep } from '../../../graph/window-steps.js';
import { refuse } from '../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../context.js';
import { pick } from '../fold/elements.js';
import { advanced } from '../num.js';
import { value } from '../stretch.js';
import { type Atom, type Constant, count, type Item, totalSize, type Value } from '../value.js';
import { convOverTime, timeAxis } from './over-time.js';
import { isPointwise, plane, pointwise } from './plane.js';
import type { Run } from './run.js';
import { addConvolution, after, isPlane, product, sidesOf, timeAfter, windowOf } from './slide.js';

/** Channels that the weights fit. */
function checkChannels({ where }: Op, x: Value, channels: number, weight: Constant): void {
  const given = count(x.axes[1] as readonly Atom[]);
  if (given !== channels) refuse(where, 'weights that do not fit', `${given} channels`, `[${weight.dims}]`);
}

export function conv(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const weight = known(where, inputs[1], 'W');
  const [filters, channels, ...kernelDims] = weight.dims as [number, number, ...number[]];
  const groups = attributes.int('group', 1);
  const x = value(ctx, where, inputs[0], 'X');
  const sides = sidesOf(op, x, kernelDims);
  const how = '(filters, channels, kernel)';
  if (isPlane(x, sides)) {
    checkChannels(op, x, channels * groups, weight);
    const slid = { weight, groups, how };
    if (isPointwise(x, sides)) return [pointwise(op, ctx, x, slid)];
    const axis = timeAxis(x);
    return [axis === undefined ? plane(op, ctx, x, sides, slid) : convOverTime(op, ctx, x, axis, sides, slid)];
  }
  const w = windowOf(op, ctx, x, sides);
  if (product(kernelDims) !== w.kernel || count(w.x.features) !== channels * groups) {
    refuse(
      where,
      'weights that do not fit',
      `[filters, ${count(w.x.features) / groups}, ${w.kernel}]`,
      `[${weight.dims}]`,
    );
  }
  const turned = pick(op, weight, [filters, w.kernel, channels], [channels * w.kernel, 1, w.kernel]);
  const data = numbers(where, turned);
  const layer = { type: 'conv1d', groups, padding: w.padding } as const;
  const name = addConvolution(op, ctx, w, layer, { filters, data, from: weight, how });
  return [after(w, name, timeAfter(w), filters)];
}

function convTranspose(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const weight = known(where, inputs[1], 'W');
  const [input, own, ...kernelDims] = weight.dims as [number, number, ...number[]];
  const groups = attributes.int('group', 1);
  if (attributes.has('output_shape')) refuse(where, 'an attribute that is not honoured: output_shape', 'pads');
  const x = value(ctx, where, inputs[0], 'X');
  const sides = sidesOf(op, x, kernelDims);
  const more = attributes.ints(
    'output_padding',
    kernelDims.map(() => 0),
  );
  const how = '(channels, filters, kernel)';
  if (isPlane(x, sides)) {
    checkChannels(op, x, input, weight);
    const [k2, k3] = kernelDims as [number, number];
    const [fs, cs] = [own * groups, input / groups];
    // Of each group (channels, filters, kernels) → (filters, channels, kernels).
    const turned = pick(op, weight, [groups, own, cs, k2, k3], [cs * own * k2 * k3, k2 * k3, own * k2 * k3, k3, 1]);
    const slid = { weight: { ...turned, dims: [fs, cs, k2, k3], tensor: weight.tensor }, groups, how };
    if (isPointwise(x, sides) && more.every((n) => n === 0)) return [pointwise(op, ctx, x, slid)];
    if (sides.padding.some((padding) => typeof padding === 'string'))
      refuse(where, 'a padding that is not honoured', 'pads', attributes.string('auto_pad', ''));
    const axis = timeAxis(x);
    const spread = { ...slid, outputPadding: more };
    return [axis === undefined ? plane(op, ctx, x, sides, spread) : convOverTime(op, ctx, x, axis, sides, spread)];
  }
  const w = windowOf(op, ctx, x, sides);
  const outputPadding = more[w.axis - 2] ?? 0;
  if (typeof w.padding === 'string') refuse(where, 'a padding that is not honoured', 'pads', w.padding);
  if (count(w.x.features) !== input || product(kernelDims) !== w.kernel) {
    refuse(where, 'weights that do not fit', `[${count(w.x.features)}, filters, ${w.kernel}]`, `[${weight.dims}]`);
  }
  const [filters, channels] = [own * groups, input / groups];
  // Of each group (channels, filters, kernel) → (filters, kernel, channels).
  const block = [groups, own, w.kernel, channels];
  const turned = pick(op, weight, block, [channels * own * w.kernel, w.kernel, 1, own * w.kernel]);
  const data = numbers(where, turned);
  const [before, end] = w.padding;
  const layer = { type: 'conv_transpose1d', groups, crop: [before, end], outputPadding } as const;
  const name = addConvolution(op, ctx, w, layer, { filters, data, from: weight, how });
  const step = spreadStep(spanOf(w.kernel, w.dilation), w.stride, layer.crop, outputPadding);
  return [after(w, name, advanced(totalSize(w.x.time), step), filters)];
}

export const WINDOW: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  Conv: conv,
  ConvTranspose: convTranspose,
};
