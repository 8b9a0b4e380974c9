import type { PaddingSpec } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../context.js';
import { pick } from '../fold/elements.js';
import { arranged } from '../layout.js';
import { type Num, windows } from '../num.js';
import { value } from '../stretch.js';
import { type Atom, count, type Item, runTime, totalSize, type Value } from '../value.js';
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
  const real = x.axes.slice(2).flatMap((atoms, at) => (atoms.length > 0 ? [at] : []));
  const at = real.length === 1 ? (real[0] as number) : real.length === 0 ? spatial - 1 : -1;
  const flat = (i: number): boolean => kernel[i] === 1 && strides[i] === 1 && pads[i] === 0 && pads[i + spatial] === 0;
  if (spatial < 1 || at < 0 || kernel.length !== spatial || ones.some((_, i) => i !== at && !flat(i))) {
    refuse(
      where,
      'a window over several axes',
      'one axis of timesteps (1-D)',
      `kernel [${kernel}] over ${real.length} axes`,
    );
  }
  const modes: Record<string, PaddingSpec> = {
    NOTSET: [pads[at] as number, pads[at + spatial] as number],
    VALID: [0, 0],
    SAME_UPPER: 'same_upper',
    SAME_LOWER: 'same_lower',
  };
  if (!Object.hasOwn(modes, auto)) refuse(where, 'a padding that is not honoured', Object.keys(modes).join(', '), auto);
  const axis = at + 2;
  const channels = x.axes[1] as readonly Atom[];
  const timesteps = x.axes[axis] as readonly Atom[];
  let v = arranged(ctx, where, x, timesteps, channels);
  if (v.time.length === 0) {
    // A single timestep.
    const name = ctx.add({ type: 'reshape', inputs: [v.name], shape: [1, count(v.features)] }, x.name);
    const one: Atom = { kind: 'block', size: 1 };
    v = { ...v, name, time: [one], axes: v.axes.map((atoms, i) => (i === axis ? [one] : atoms)) };
  }
  return {
    kernel: kernel[at] as number,
    stride: strides[at] as number,
    dilation: dilations[at] as number,
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
  const axes = w.x.axes.map((atoms, at) =>
    at === w.axis ? (size === 1 && !flow ? [] : [time]) : at === 1 ? (channels === 1 ? [] : [features]) : atoms,
  );
  return { ...w.x, name, time: [time], features: [features], axes };
}

function timeAfter({ kernel, stride, dilation, padding, x }: Window, ceil = false): Num {
  const size = totalSize(x.time);
  if (typeof padding === 'string') return windows(size, 1, stride - 1, stride);
  const add = padding[0] + padding[1] - dilation * (kernel - 1) - 1 + stride;
  return windows(size, 1, ceil ? Math.min(add, padding[0]) + stride - 1 : add, stride);
}

export function conv(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const weight = known(where, inputs[1], 'W');
  const [filters, channels, ...kernelDims] = weight.dims as [number, number, ...number[]];
  const groups = attributes.int('group', 1);
  const w = windowOf(op, ctx, value(ctx, where, inputs[0], 'X'), kernelDims);
  if (kernelDims.reduce((a, b) => a * b, 1) !== w.kernel || count(w.x.features) !== channels * groups) {
    refuse(
      where,
      'weights that do not fit',
      `[filters, ${count(w.x.features) / groups}, ${w.kernel}]`,
      `[${weight.dims}]`,
    );
  }
  // (filters, channels, kernel) → (filters, kernel, channels)
  const turned = pick(where, weight, [filters, w.kernel, channels], [channels * w.kernel, 1, w.kernel]);
  const tensor = ctx.tensor(
    weight.tensor ?? `${op.name}.weight`,
    [filters, w.kernel, channels],
    numbers(where, turned),
    {
      constant: weight,
      becomes: `${op.name}.weight`,
      how: '(filters, channels, kernel) transposed to (filters, kernel, channels)',
    },
  );
  const bias = perFeature(op, ctx, 2, 'bias', filters);
  const name = ctx.add(
    {
      type: 'conv1d',
      inputs: [w.x.name],
      filters,
      kernelSize: w.kernel,
      stride: w.stride,
      dilation: w.dilation,
      groups,
      padding: w.padding,
      tensors: { weight: tensor, ...(bias && { bias }) },
    },
    op.outputs[0] as string,
  );
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
  if (count(w.x.features) !== input || kernelDims.reduce((a, b) => a * b, 1) !== w.kernel) {
    refuse(where, 'weights that do not fit', `[${count(w.x.features)}, filters, ${w.kernel}]`, `[${weight.dims}]`);
  }
  const filters = own * groups;
  const channels = input / groups;
  const data = numbers(where, weight);
  // (channels, filters of the group, kernel) → (filters, kernel, channels of the group)
  const turned = new Float32Array(filters * w.kernel * channels);
  for (let f = 0; f < filters; f++) {
    const group = Math.floor(f / own);
    for (let j = 0; j < w.kernel; j++) {
      for (let c = 0; c < channels; c++) {
        turned[(f * w.kernel + j) * channels + c] = data[
          ((group * channels + c) * own + (f % own)) * w.kernel + j
        ] as number;
      }
    }
  }
  const tensor = ctx.tensor(weight.tensor ?? `${op.name}.weight`, [filters, w.kernel, channels], turned, {
    constant: weight,
    becomes: `${op.name}.weight`,
    how: '(channels, filters, kernel) transposed to (filters, kernel, channels)',
  });
  const bias = perFeature(op, ctx, 2, 'bias', filters);
  const crop = w.padding as readonly [number, number];
  const name = ctx.add(
    {
      type: 'conv_transpose1d',
      inputs: [w.x.name],
      filters,
      kernelSize: w.kernel,
      stride: w.stride,
      dilation: w.dilation,
      groups,
      crop,
      outputPadding,
      tensors: { weight: tensor, ...(bias && { bias }) },
    },
    op.outputs[0] as string,
  );
  const add = w.dilation * (w.kernel - 1) + 1 + outputPadding - w.stride - crop[0] - crop[1];
  return [after(w, name, windows(totalSize(w.x.time), w.stride, add, 1), filters)];
}

const pool =
  (type: 'max_pool1d' | 'average_pool1d'): Run =>
  (op, ctx) => {
    const { attributes, where } = op;
    attributes.ignore('storage_order');
    if (op.used[1]) refuse(where, 'asks for the indices of maxima', 'the maxima alone');
    const w = windowOf(op, ctx, value(ctx, where, op.inputs[0], 'X'), undefined);
    const ceil = attributes.int('ceil_mode', 0) !== 0;
    const countPadding = type === 'average_pool1d' && attributes.int('count_include_pad', 0) !== 0;
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
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: pool('max_pool1d'),
  AveragePool: pool('average_pool1d'),
};
