import { spanOf, windowStep } from '../../../graph/window-steps.js';
import type { PaddingSpec } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import type { NewNode } from '../../shared/spec-builder.js';
import type { Context, Op } from '../context.js';
import { arranged } from '../layout.js';
import { advanced, type Num } from '../num.js';
import { type Atom, type Constant, count, runTime, totalSize, type Value } from '../value.js';
import { perFeature } from './per-feature.js';

export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: PaddingSpec;
  /** x as timesteps along the axis that the window slides over, channels as features. */
  readonly x: Value;
  /** Of x' axes, the one of the window. */
  readonly axis: number;
}

export const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** A window's attributes, of each axis behind the channels. */
export interface Sides {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: readonly PaddingSpec[];
}

export function sidesOf(op: Op, x: Value, kernelDims: readonly number[] | undefined): Sides {
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
  const lists = [
    ['strides', strides, spatial],
    ['dilations', dilations, spatial],
    ['pads', pads, 2 * spatial],
  ] as const;
  for (const [name, given, fits] of lists)
    if (given.length !== fits) refuse(where, `${name} that do not fit`, `${fits}`, `[${given}]`);
  if (spatial < 1 || kernel.length !== spatial)
    refuse(where, 'a window that does not fit', `${spatial} axes behind the channels`, `kernel [${kernel}]`);
  const modes: Record<string, (axis: number) => PaddingSpec> = {
    __proto__: null as never,
    NOTSET: (axis) => [pads[axis] as number, pads[axis + spatial] as number],
    VALID: () => [0, 0],
    SAME_UPPER: () => 'same_upper',
    SAME_LOWER: () => 'same_lower',
  };
  const mode = modes[auto] ?? refuse(where, 'a padding that is not honoured', Object.keys(modes).join(', '), auto);
  return { kernel, strides, dilations, padding: ones.map((_, axis) => mode(axis)) };
}

/** Whether a window leaves an axis as it is. */
export const isFlat = ({ kernel, strides, padding }: Sides, i: number): boolean => {
  const own = padding[i] as PaddingSpec;
  return kernel[i] === 1 && strides[i] === 1 && (typeof own === 'string' || (own[0] === 0 && own[1] === 0));
};

/** The axes behind the channels that have more than one place. */
const longOf = (x: Value): number[] => x.axes.slice(2).flatMap((atoms, i) => (atoms.length > 0 ? [i] : []));

/** A window over one axis: others are of size 1, as some exporters add them. */
export function windowOf(op: Op, ctx: Context, x: Value, sides: Sides): Window {
  const { where } = op;
  const { kernel, strides, dilations, padding } = sides;
  const long = longOf(x);
  /** The one axis of more than one timestep; the last if there is none. */
  const slid = long.length === 1 ? (long[0] as number) : long.length === 0 ? kernel.length - 1 : -1;
  if (slid < 0 || kernel.some((_, i) => i !== slid && !isFlat(sides, i))) {
    refuse(
      where,
      'a window over several axes',
      'one axis of timesteps (1-D), or two of known size',
      `kernel [${kernel}] over ${long.length} axes`,
    );
  }
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
    padding: padding[slid] as PaddingSpec,
    x: v,
    axis,
  };
}

/** The value after a window: new timesteps, new channels. */
export function after(w: Window, name: string, size: Num, channels: number): Value {
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

export function timeAfter({ kernel, stride, dilation, padding, x }: Window, ceil = false): Num {
  return advanced(totalSize(x.time), windowStep({ span: spanOf(kernel, dilation), stride, padding, ceil }));
}

/** The layer of a convolution, its weight `(filters, kernel, channels of the group)`. @returns its name. */
export function addConvolution(
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

/** Whether a window slides over both of two axes. */
export const isPlane = (x: Value, sides: Sides): boolean => {
  if (sides.kernel.length !== 2) return false;
  const long = longOf(x);
  return long.length === 2 || [0, 1].some((axis) => !long.includes(axis) && !isFlat(sides, axis));
};
