import { spanOf, spreadStep, windowStep } from '../../../graph/window-steps.js';
import type { PaddingSpec } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import type { NewNode } from '../../shared/spec-builder.js';
import { type Context, known, numbers, type Op } from '../context.js';
import { pick } from '../fold/elements.js';
import { arranged } from '../layout.js';
import { advanced, type Num } from '../num.js';
import { value } from '../stretch.js';
import { type Atom, type Constant, count, type Item, runTime, totalSize, type Value } from '../value.js';
import { perFeature } from './per-feature.js';
import type { Run } from './run.js';

interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: PaddingSpec;
  /** x as timesteps along the axis that the window slides over, channels as features. */
  readonly x: Value;
  /** Of x' axes, the one of the window. */
  readonly axis: number;
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** The attributes of a window. A second axis of size 1, as some exporters add, is allowed. */
function windowOf(op: Op, ctx: Context, x: Value, kernelDims: readonly number[] | undefined): Window {
  const { where, attributes } = op;
  const spatial = Math.max(0, x.axes.length - 2);
  const kernel = attributes.ints('kernel_shape', kernelDims) ?? refuse(where, 'no kernel_shape');
  if (kernelDims && `${kernelDims}` !== `${kernel}`) {
    refuse(where, 'kernel_shape contradicts W', `[${kernelDims}]`, `[${kernel}]`);
  }
  const ones = Array(spatial).fill(1) as number[];
  const strides = attributes.ints('strides', ones);
  const dilations = attributes.ints('dilations', ones);
  const pads = attributes.ints('pads', Array(2 * spatial).fill(0) as number[]);
  const auto = attributes.string('auto_pad', 'NOTSET');
  const long = x.axes.slice(2).flatMap((atoms, i) => (atoms.length > 0 ? [i] : []));
  /** The one axis of more than one timestep; the last if there is none. */
  const slid = long.length === 1 ? (long[0] as number) : long.length === 0 ? spatial - 1 : -1;
  const flat = (i: number): boolean => kernel[i] === 1 && strides[i] === 1 && pads[i] === 0 && pads[i + spatial] === 0;
  if (spatial < 1 || slid < 0 || kernel.length !== spatial || ones.some((_, i) => i !== slid && !flat(i))) {
    refuse(
      where,
      'a window over several axes',
      'one axis of timesteps (1-D)',
      `kernel [${kernel}] over ${long.length} axes`,
    );
  }
  const lists = [
    ['strides', strides, spatial],
    ['dilations', dilations, spatial],
    ['pads', pads, 2 * spatial],
  ] as const;
  for (const [name, given, fits] of lists)
    if (given.length !== fits) refuse(where, `${name} that do not fit`, `${fits}`, `[${given}]`);
  const modes: Record<string, PaddingSpec> = {
    __proto__: null as never,
    NOTSET: [pads[slid] as number, pads[slid + spatial] as number],
    VALID: [0, 0],
    SAME_UPPER: 'same_upper',
    SAME_LOWER: 'same_lower',
  };
  if (!modes[auto]) refuse(where, 'a padding that is not honoured', Object.keys(modes).join(', '), auto);
  const axis = slid + 2;
  const channels = x.axes[1] as readonly Atom[];
  const timesteps = x.axes[axis] as readonly Atom[];
  let v = arranged(ctx, where, x, timesteps, channels);
  if (v.time.length === 0) {
    // A single timestep.
    const name = ctx.add({ type: 'reshape', inputs: [v.name], shape: [1, count(v.features)] }, x.name);
    const step: Atom = { kind: 'block', size: 1 };
    v = { ...v, name, time: [step], axes: v.axes.map((atoms, i) => (i === axis ? [step] : atoms)) };
  }
  return {
    kernel: kernel[slid] as number,
    stride: strides[slid] as number,
    dilation: dilations[slid] as number,
    padding: modes[auto] as PaddingSpec,
    x: v,
    axis,
  };
}

/** The value after a window: new timesteps, new channels. */
function after(w: Window, name: string, size: Num, channels: number): Value {
  const flow = runTime(w.x);
  const time: Atom = { kind: flow ? 'time' : 'steps', size };
  const features: Atom = { kind: 'block', size: channels };
  const axes = w.x.axes.map((atoms, axis) => {
    if (axis === w.axis) return size === 1 && !flow ? [] : [time];
    if (axis === 1) return channels === 1 ? [] : [features];
    return atoms;
  });
  return { ...w.x, name, time: [time], features: [features], axes };
}

function timeAfter({ kernel, stride, dilation, padding, x }: Window, ceil = false): Num {
  return advanced(totalSize(x.time), windowStep({ span: spanOf(kernel, dilation), stride, padding, ceil }));
}

/** The layer of a convolution, its weight `(filters, kernel, channels of the group)`. @returns its name. */
function addConvolution(
  op: Op,
  ctx: Context,
  w: Window,
  layer: { readonly type: 'conv1d' | 'conv_transpose1d'; readonly groups: number } & Readonly<Record<string, unknown>>,
  weight: { readonly filters: number; readonly data: Float32Array; readonly from: Constant; readonly how: string },
): string {
  const { filters, data, from, how } = weight;
  const tensor = ctx.tensor(
    from.tensor ?? `${op.name}.weight`,
    [filters, w.kernel, data.length / (filters * w.kernel)],
    data,
    {
      constant: from,
      becomes: `${op.name}.weight`,
      how: `${how} transposed to (filters, kernel, channels)`,
    },
  );
  const bias = perFeature(op, ctx, 2, 'bias', filters);
  const { type, ...fields } = layer;
  const node = {
    type,
    inputs: [w.x.name],
    filters,
    kernelSize: w.kernel,
    stride: w.stride,
    dilation: w.dilation,
    ...fields,
    tensors: { weight: tensor, ...(bias && { bias }) },
  };
  return ctx.add(node as NewNode, op.outputs[0] as string);
}

export function conv(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const weight = known(where, inputs[1], 'W');
  const [filters, channels, ...kernelDims] = weight.dims as [number, number, ...number[]];
  const groups = attributes.int('group', 1);
  const w = windowOf(op, ctx, value(ctx, where, inputs[0], 'X'), kernelDims);
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
  const how = '(filters, channels, kernel)';
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
  const w = windowOf(op, ctx, value(ctx, where, inputs[0], 'X'), kernelDims);
  const outputPadding = attributes.ints('output_padding', [0])[w.axis - 2] ?? 0;
  if (typeof w.padding === 'string') refuse(where, 'a padding that is not honoured', 'pads', w.padding);
  if (count(w.x.features) !== input || product(kernelDims) !== w.kernel) {
    refuse(where, 'weights that do not fit', `[${count(w.x.features)}, filters, ${w.kernel}]`, `[${weight.dims}]`);
  }
  const [filters, channels] = [own * groups, input / groups];
  // Of each group (channels, filters, kernel) → (filters, kernel, channels).
  const block = [groups, own, w.kernel, channels];
  const turned = pick(op, weight, block, [channels * own * w.kernel, w.kernel, 1, own * w.kernel]);
  const data = numbers(where, turned);
  const how = '(channels, filters, kernel)';
  const [before, end] = w.padding;
  const layer = { type: 'conv_transpose1d', groups, crop: [before, end], outputPadding } as const;
  const name = addConvolution(op, ctx, w, layer, { filters, data, from: weight, how });
  const step = spreadStep(spanOf(w.kernel, w.dilation), w.stride, layer.crop, outputPadding);
  return [after(w, name, advanced(totalSize(w.x.time), step), filters)];
}

const pool =
  (type: 'max_pool1d' | 'average_pool1d'): Run =>
  (op, ctx) => {
    const { attributes, where } = op;
    attributes.ignore('storage_order');
    if (op.used[1]) refuse(where, 'asks for the indices of maxima', 'the maxima alone');
    const w = windowOf(op, ctx, value(ctx, where, op.inputs[0], 'X'), undefined);
    const ceil = attributes.flag('ceil_mode', false);
    const countPadding = type === 'average_pool1d' && attributes.flag('count_include_pad', false);
    const fields = {
      poolSize: w.kernel,
      stride: w.stride,
      dilation: w.dilation,
      padding: w.padding,
      ...(ceil && { ceil }),
      ...(countPadding && { countPadding }),
    };
    const name = ctx.add({ type, inputs: [w.x.name], ...fields }, op.outputs[0] as string);
    return [after(w, name, timeAfter(w, ceil), count(w.x.features))];
  };

export const WINDOW: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: pool('max_pool1d'),
  AveragePool: pool('average_pool1d'),
};
