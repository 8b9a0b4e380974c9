import { spanOf, spreadStep, windowStep } from '../../../graph/window-steps.js';
import type { PaddingSpec } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import type { NewNode } from '../../shared/spec-builder.js';
import { type Context, numbers, type Op } from '../context.js';
import { pick } from '../fold/elements.js';
import { arranged } from '../layout.js';
import { advanced, type Num } from '../num.js';
import { type Atom, count, runTime, totalSize, type Value } from '../value.js';
import { perFeature } from './per-feature.js';
import type { Slid } from './plane.js';
import type { Sides } from './slide.js';

// Windows over the time of the run and another axis: the layers over time and frequency, whose rows are `[frequency][channels]`.

/** Of two axes behind the channels, which one is the run's time: 0 or 1; undefined if neither is. */
export function timeAxis(x: Value): 0 | 1 | undefined {
  const flow = runTime(x);
  const found = [0, 1].find((axis) => flow && x.axes[axis + 2]?.includes(flow));
  return found as 0 | 1 | undefined;
}

/** A value as frames, and how a list of two sizes is put into the order time, frequency. */
interface Frames {
  readonly x: Value;
  readonly channels: number;
  readonly inOrder: <T>(two: readonly T[]) => readonly [time: T, frequency: T];
  /** The value after a layer. */
  readonly after: (name: string, time: Num, frequencies: Num, channels: number) => Value;
}

function framesOf(op: Op, ctx: Context, given: Value, axis: 0 | 1): Frames {
  const [timed, other] = [axis + 2, 3 - axis];
  const [channels, time, frequencies] = [1, timed, other].map((own) => given.axes[own] as readonly Atom[]) as [
    readonly Atom[],
    readonly Atom[],
    readonly Atom[],
  ];
  if (time.length > 1) refuse(op.where, 'a window over a time mixed with features', 'axes of their own', op.name);
  const x = arranged(ctx, op.where, given, time, [...frequencies, ...channels]);
  return {
    x,
    channels: count(channels),
    inOrder: (two) => (axis === 0 ? two : [two[1], two[0]]) as never,
    after(name, size, many, wide) {
      const [t, f, c]: [Atom, Atom, Atom] = [
        { kind: 'time', size },
        { kind: 'block', size: many },
        { kind: 'block', size: wide },
      ];
      const solid = (atom: Atom): Atom[] => (atom.size === 1 ? [] : [atom]);
      const axes = given.axes.map((own, i) => (i === 1 ? solid(c) : i === timed ? [t] : i === other ? solid(f) : own));
      return { ...x, name, time: [t], features: [f, c], axes };
    },
  };
}

export function convOverTime(op: Op, ctx: Context, given: Value, axis: 0 | 1, sides: Sides, slid: Slid): Value {
  const { x, channels, inOrder, after } = framesOf(op, ctx, given, axis);
  const { weight, groups, how, outputPadding } = slid;
  const [filters, own, k2, k3] = weight.dims as [number, number, number, number];
  const [kernelSize, stride, dilation] = [sides.kernel, sides.strides, sides.dilations].map(inOrder) as [
    readonly [number, number],
    readonly [number, number],
    readonly [number, number],
  ];
  const padding = inOrder(sides.padding);
  const strides = [own * k2 * k3, ...inOrder([k3, 1]), k2 * k3];
  const rows = pick(op, weight, [filters, ...kernelSize, own], strides);
  const tensor = ctx.tensor(weight.tensor ?? `${op.name}.weight`, rows.dims, numbers(op.where, rows), {
    constant: weight,
    becomes: `${op.name}.weight`,
    how: `${how} transposed to (filters, time, frequency, channels)`,
  });
  const bias = perFeature(op, ctx, 2, 'bias', filters);
  // Of nothing but the past: zeros at the start of a sequence, and in a stream the frames that came before.
  const past = (dilation[0] as number) * ((kernelSize[0] as number) - 1);
  const only = outputPadding ? `0,${past}` : `${past},0`;
  const causal = past > 0 && stride[0] === 1 && `${padding[0]}` === only && !outputPadding?.some((n) => n > 0);
  const ends = causal ? (['causal', padding[1]] as const) : padding;
  const more = outputPadding && inOrder(outputPadding);
  const node = {
    type: more ? 'conv_transpose2d' : 'conv2d',
    inputs: [x.name],
    channels,
    filters,
    kernelSize,
    stride,
    dilation,
    groups,
    ...(more ? { crop: ends, outputPadding: more } : { padding: ends }),
    tensors: { weight: tensor, ...(bias && { bias }) },
  };
  const name = ctx.add(node as NewNode, op.outputs[0] as string);
  const sizes = [totalSize(x.time), count(x.features) / channels].map((size, i) => {
    const span = spanOf(kernelSize[i] as number, dilation[i] as number);
    const step = more
      ? spreadStep(span, stride[i] as number, padding[i] as [number, number], more[i] as number)
      : windowStep({ span, stride: stride[i] as number, padding: padding[i] as PaddingSpec });
    return advanced(size, step);
  }) as [Num, Num];
  return after(name, ...sizes, filters);
}

/** Maxima or means. */
export function poolOverTime(
  op: Op,
  ctx: Context,
  given: Value,
  axis: 0 | 1,
  sides: Sides,
  fields: { readonly type: 'max_pool2d' | 'average_pool2d'; readonly ceil: boolean; readonly countPadding: boolean },
): Value {
  const { x, channels, inOrder, after } = framesOf(op, ctx, given, axis);
  const { type, ceil, countPadding } = fields;
  const [poolSize, stride, dilation] = [sides.kernel, sides.strides, sides.dilations].map(inOrder) as [
    readonly [number, number],
    readonly [number, number],
    readonly [number, number],
  ];
  const padding = inOrder(sides.padding);
  const options = { ...(ceil && { ceil }), ...(countPadding && { countPadding }) };
  const node = { type, inputs: [x.name], channels, poolSize, stride, dilation, padding, ...options };
  const name = ctx.add(node, op.outputs[0] as string);
  const sizes = [totalSize(x.time), count(x.features) / channels].map((size, i) =>
    advanced(
      size,
      windowStep({
        span: spanOf(poolSize[i] as number, dilation[i] as number),
        stride: stride[i] as number,
        padding: padding[i] as PaddingSpec,
        ceil,
      }),
    ),
  ) as [Num, Num];
  return after(name, ...sizes, channels);
}
