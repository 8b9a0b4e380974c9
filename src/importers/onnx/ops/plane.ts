import { spanOf, spreadStep, windowStep } from '../../../graph/window-steps.js';
import type { PaddingSpec } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../context.js';
import { bounded, pick } from '../fold/elements.js';
import { arranged, withFeatures } from '../layout.js';
import { advanced } from '../num.js';
import { type Atom, type Constant, constant, count, hasBatch, runTime, type Value } from '../value.js';
import { addConvolution, isFlat, type Sides, type Window } from './slide.js';

// Windows over two axes of known size, as models of one frame have them: the channels of all places along one axis are the channels of a
// window over the other. Of a kernel of 3 over 3 frames, which leaves one frame, the weights are those of 3·C channels; where more frames
// are left, each has weights of its own, zeros where its window does not reach:
//
//     frames in    0  1  2  3        weights of the frame out    0    w0 w1 w2 0
//     kernel       w0 w1 w2                                      1    0  w0 w1 w2

/** A convolution or transposed convolution, and its weight as `(filters, channels of the group, kernel, kernel)`. */
export interface Slid {
  readonly weight: Constant;
  readonly groups: number;
  readonly how: string;
  /** Of a transposed one, what is added at the end of either axis. */
  readonly outputPadding?: readonly number[];
}

/** Most weights that a window may become. */
const MOST_WEIGHTS = 2 ** 22;

/** A window's steps along the axis that is folded into the channels. */
interface Steps {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: readonly [number, number];
}

/** Padding as numbers: as many places as strides fit, the odd one at the end or, lower, at the front. */
function explicit(size: number, span: number, stride: number, padding: PaddingSpec): readonly [number, number] {
  if (typeof padding !== 'string') return padding;
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + span - size);
  const small = Math.floor(total / 2);
  return padding === 'same_lower' ? [total - small, small] : [small, total - small];
}

/** The element of the kernel that takes place `i` of the input to one of the output, as far as there is one. */
function elementAt({ kernel, stride, dilation, padding }: Steps, i: number, place: number, spread: boolean): number {
  const k = (spread ? place - i * stride + padding[0] : i - place * stride + padding[0]) / dilation;
  return Number.isInteger(k) && k < kernel ? k : -1;
}

/** The places of the input that the output is made of: with dilation a window leaves some out. All of them, where they are not evenly apart. */
function reached(steps: Steps, size: number, places: number, spread: boolean): readonly number[] {
  const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  const taken = numbers(size).filter((i) => numbers(places).some((place) => elementAt(steps, i, place, spread) >= 0));
  const [first = 0, second = first + 1] = taken;
  const even = taken.every((i, index) => i === first + index * (second - first));
  return even && taken.length > 0 ? taken : numbers(size);
}

/** The weights `(filters·places, channels·taken, kernel)` of the window over the other axis. @param taken `reached`. */
function folded(
  op: Op,
  weight: Constant,
  steps: Steps,
  taken: readonly number[],
  places: number,
  spread: boolean,
): Constant {
  const size = taken.length;
  const [filters, channels, deep, kernel] = weight.dims as [number, number, number, number];
  const dims = [filters * places, channels * size, kernel];
  const data = new Float32Array(bounded(op, dims, 1));
  const from = numbers(op.where, weight);
  for (let place = 0; place < places; place++) {
    for (let i = 0; i < size; i++) {
      const k = elementAt(steps, taken[i] as number, place, spread);
      if (k < 0) continue;
      for (let f = 0; f < filters; f++) {
        for (let c = 0; c < channels; c++) {
          const source = ((f * channels + c) * deep + k) * kernel;
          const row = from.subarray(source, source + kernel);
          data.set(row, ((f * places + place) * channels * size + c * size + i) * kernel);
        }
      }
    }
  }
  return constant(dims, data, 1, weight.tensor);
}

/** A bias for each filter, at every place. */
function biasAt(op: Op, index: number, places: number): Constant | undefined {
  const given = op.inputs[index];
  if (given === undefined) return undefined;
  const bias = known(op.where, given, 'bias');
  const data = numbers(op.where, bias);
  const length = bounded(op, [data.length * places], 1);
  const spread = Float32Array.from({ length }, (_, i) => data[Math.floor(i / places)] as number);
  return constant([length], spread, 1, bias.tensor);
}

/** @throws {ImportError} one of the two axes is the batch. */
export function plane(
  op: Op,
  ctx: Context,
  x: Value,
  sides: Sides,
  { weight, groups, how, outputPadding }: Slid,
): Value {
  const { where } = op;
  const axes = [2, 3].map((axis) => x.axes[axis] as readonly Atom[]) as [readonly Atom[], readonly Atom[]];
  if (axes.some(hasBatch)) refuse(where, 'works across the batch', 'rows that stand alone', 'a window over it');
  if (x.axes[1]?.some(({ kind }) => kind === 'time'))
    refuse(where, 'works across the timesteps', 'a time that is not the channels', 'timesteps as channels');
  // The shorter one becomes channels.
  const [first, second] = axes.map(count) as [number, number];
  const [fold, slid] = first <= second ? [0, 1] : [1, 0];
  const size = Math.min(first, second);
  const spread = outputPadding !== undefined;
  const stepsOf = (axis: number): Steps => {
    const [kernel, stride, dilation] = [sides.kernel, sides.strides, sides.dilations].map((all) => all[axis]) as [
      number,
      number,
      number,
    ];
    const length = axis === fold ? size : Math.max(first, second);
    const padding = explicit(length, spanOf(kernel, dilation), stride, sides.padding[axis] as PaddingSpec);
    return { kernel, stride, dilation, padding };
  };
  const [over, along] = [stepsOf(fold), stepsOf(slid)];
  const step = (steps: Steps, more: number) =>
    spread
      ? spreadStep(spanOf(steps.kernel, steps.dilation), steps.stride, steps.padding, more)
      : windowStep({ span: spanOf(steps.kernel, steps.dilation), stride: steps.stride, padding: steps.padding });
  const places = advanced(size, step(over, outputPadding?.[fold] ?? 0)) as number;
  const length = advanced(Math.max(first, second), step(along, outputPadding?.[slid] ?? 0)) as number;
  if (places < 1 || length < 1) refuse(where, 'a window that is longer than what it slides over', 'at least one place');
  const [filters, channels, k2, k3] = weight.dims as [number, number, number, number];
  const turned =
    fold === 0 ? weight : pick(op, weight, [filters, channels, k3, k2], [channels * k2 * k3, k2 * k3, 1, k3]);
  const dims = [filters * places, channels * size, along.kernel];
  if (dims.reduce((a, b) => a * b, 1) > MOST_WEIGHTS)
    refuse(where, 'a window over two long axes', `at most ${MOST_WEIGHTS} weights`, `[${dims}]`);
  const taken = reached(over, size, places, spread);
  const all = folded(op, { ...turned, tensor: weight.tensor }, over, taken, places, spread);

  const [own, other] = [x.axes[1] as readonly Atom[], axes[fold] as readonly Atom[]];
  const few = taken.length < size;
  let v = arranged(ctx, where, x, axes[slid] as readonly Atom[], few ? [...other, ...own] : [...own, ...other]);
  if (v.time.length === 0) {
    const name = ctx.add({ type: 'reshape', inputs: [v.name], shape: [1, count(v.features)] }, x.name);
    v = { ...v, name, time: [{ kind: 'block', size: 1 }] };
  }
  if (few) {
    const [start, next = start + 1] = taken as [number, number?];
    const picked = { axis: 'features' as const, start, step: next - start, count: taken.length, channels: count(own) };
    const some = ctx.add({ type: 'slice', inputs: [v.name], ...picked }, x.name);
    const shape = [taken.length, count(own)];
    v = { ...v, name: ctx.add({ type: 'rearrange', inputs: [some], shape, order: [1, 0] }, x.name) };
  }
  const w: Window = { ...along, x: v, axis: slid + 2 };
  const [many, wide] = [filters * places, channels * taken.length];
  const rows = pick(op, all, [many, along.kernel, wide], [wide * along.kernel, 1, along.kernel]);
  const layer = spread
    ? { type: 'conv_transpose1d' as const, groups, crop: along.padding, outputPadding: outputPadding[slid] ?? 0 }
    : { type: 'conv1d' as const, groups, padding: along.padding };
  const bias = biasAt(op, 2, places);
  const name = addConvolution({ ...op, inputs: [op.inputs[0], op.inputs[1], bias] }, ctx, w, layer, {
    filters: many,
    data: numbers(where, rows),
    from: { ...all, dims: weight.dims },
    how: `${how}, ${size} places of one axis as channels,`,
  });
  const atoms = (n: number): Atom[] => (n === 1 ? [] : [{ kind: 'block', size: n }]);
  const [features, left, time] = [atoms(filters), atoms(places), { kind: 'steps', size: length } as const];
  const after = [left, length === 1 ? [] : [time]];
  return {
    ...v,
    name,
    time: [time],
    features: [...features, ...left],
    axes: [x.axes[0] as readonly Atom[], features, ...(fold === 0 ? after : after.reverse())],
  };
}

/**
 * Whether every place of a value with two axes behind the channels is taken by itself. Not where one of these is the run's time: its frames
 * stay whole, so that a stream goes on one by one.
 */
export const isPointwise = (x: Value, sides: Sides): boolean =>
  x.axes.length === 4 &&
  [2, 3].every((axis) => {
    const own = x.axes[axis] as readonly Atom[];
    return own.length > 0 && isFlat(sides, axis - 2) && (own.length > 1 || own[0] !== runTime(x));
  });

/** A convolution of one place: all places are timesteps, whatever axis they are of. */
export function pointwise(op: Op, ctx: Context, x: Value, { weight, groups, how }: Slid): Value {
  const [filters, channels] = weight.dims as [number, number];
  const v = withFeatures(ctx, op.where, x, [1]);
  const w: Window = { kernel: 1, stride: 1, dilation: 1, padding: [0, 0], x: v, axis: 2 };
  const name = addConvolution(
    op,
    ctx,
    w,
    { type: 'conv1d', groups, padding: [0, 0] },
    {
      filters,
      data: numbers(op.where, { ...weight, dims: [filters, 1, channels] }),
      from: weight,
      how,
    },
  );
  const features: Atom[] = [{ kind: 'block', size: filters }];
  return {
    ...v,
    name,
    features,
    axes: v.axes.map((own, axis) => (axis === 1 ? (filters === 1 ? [] : features) : own)),
  };
}
