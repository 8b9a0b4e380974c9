import type {
  BidirectionalNode,
  Conv2dNode,
  ConvLstmNode,
  ConvTranspose2dNode,
  EachFrame2dNode,
  EachFrameNode,
  EachFrequencyNode,
  ModelSpec,
  Pool2dNode,
} from '../../src/spec.js';
import { activate } from './activation.js';
import { mergeHalves } from './bidirectional.js';
import { type CellRun, runCell } from './recurrent.js';
import type { Tensors } from './tensors.js';
import { mapRows, row, type Value, vector } from './value.js';
import { zeros } from './vector.js';

// Layers over time and frequency, one number at a time. A row is [frequency][channels].

type Numbers = ArrayLike<number>;
type Pair = readonly [number, number];
const ONES: Pair = [1, 1];

/** The number at a frame, frequency and channel; 0 outside. */
function at(x: Value, channels: number, b: number, t: number, f: number, c: number): number {
  if (t < 0 || t >= x.time || f < 0 || f * channels >= x.features) return 0;
  return row(x, b, t)[f * channels + c] as number;
}

function make(
  like: Value,
  [time, frequency]: Pair,
  channels: number,
  number: (b: number, t: number, f: number, c: number) => number,
): Value {
  const features = frequency * channels;
  const y = { ...like, time, features, data: new Float64Array(like.batch * time * features), mask: undefined };
  for (let b = 0; b < like.batch; b++)
    for (let t = 0; t < time; t++)
      for (let j = 0; j < features; j++) row(y, b, t)[j] = number(b, t, Math.floor(j / channels), j % channels);
  return y;
}

/** Zeros before and after: TensorFlow's `same` by its definition, the odd one after or before. */
function ends(padding: Pair | string, size: number, stride: number, dilation: number, length: number): Pair {
  const span = dilation * (size - 1) + 1;
  if (padding === 'causal') return [span - 1, 0];
  if (typeof padding !== 'string') return padding;
  const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + span - length);
  const [small, large] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return padding === 'same_upper' ? [small, large] : [large, small];
}

/** A causal one may be given the frames before. @returns `[y, present]`, what a causal one keeps for what follows. */
export function conv2d(
  node: Conv2dNode,
  given: Value,
  tensors: ModelSpec['tensors'],
  before: Value | undefined,
): Value[] {
  const kept = node.padding?.[0] === 'causal' ? (node.dilation?.[0] ?? 1) * (node.kernelSize[0] - 1) : 0;
  if (kept === 0) return [convolved(node, given, tensors)];
  const past = before?.data ?? zeros(given.batch * kept * given.features);
  const frames = Array.from({ length: given.batch }, (_, b) => [
    ...past.subarray(b * kept * given.features, (b + 1) * kept * given.features),
    ...given.data.subarray(b * given.time * given.features, (b + 1) * given.time * given.features),
  ]);
  const time = given.time + kept;
  const y = convolved(node, { ...given, time, data: Float64Array.from(frames.flat()) }, tensors);
  // What is made of the frames before alone is not asked for.
  const rows = Array.from({ length: given.batch }, (_, b) =>
    Array.from(y.data.subarray((b * time + kept) * y.features, (b + 1) * time * y.features)),
  );
  const last = frames.map((row) => row.slice(row.length - kept * given.features));
  const all = { ...y, time: given.time, data: Float64Array.from(rows.flat()) };
  return [all, vector(Float64Array.from(last.flat()), given.batch)];
}

function convolved(node: Conv2dNode, x: Value, tensors: ModelSpec['tensors']): Value {
  const { channels, filters, kernelSize, stride = ONES, dilation = ONES, groups = 1, activation = 'linear' } = node;
  const lengths: Pair = [x.time, x.features / channels];
  const pads = ([0, 1] as const).map((axis) =>
    ends(
      (node.padding ?? [
        [0, 0],
        [0, 0],
      ])[axis],
      kernelSize[axis],
      stride[axis],
      dilation[axis],
      lengths[axis],
    ),
  ) as [Pair, Pair];
  const sizes = ([0, 1] as const).map((axis) => {
    const span = dilation[axis] * (kernelSize[axis] - 1) + 1;
    return Math.floor((lengths[axis] + pads[axis][0] + pads[axis][1] - span) / stride[axis]) + 1;
  }) as unknown as Pair;
  const weight = tensors[node.tensors.weight]?.data as Numbers;
  const bias = tensors[node.tensors.bias ?? '']?.data;
  const own = channels / groups;
  const y = make(x, sizes, filters, (b, t, f, filter) => {
    const group = Math.floor(filter / (filters / groups));
    let sum = bias?.[filter] ?? 0;
    for (let i = 0; i < kernelSize[0]; i++) {
      for (let j = 0; j < kernelSize[1]; j++) {
        for (let c = 0; c < own; c++) {
          const value = at(
            x,
            channels,
            b,
            t * stride[0] + i * dilation[0] - pads[0][0],
            f * stride[1] + j * dilation[1] - pads[1][0],
            group * own + c,
          );
          sum += (weight[((filter * kernelSize[0] + i) * kernelSize[1] + j) * own + c] as number) * value;
        }
      }
    }
    return sum;
  });
  const alone = kernelSize[0] === 1 && stride[0] === 1 && pads[0][0] + pads[0][1] === 0;
  return { ...mapRows(y, y.features, (v) => activate(activation, v)), mask: alone ? x.mask : undefined };
}

/** As a sum over all that reaches an output: x[t'][f'] where t = t'·stride + i·dilation - crop. */
export function convTranspose2d(node: ConvTranspose2dNode, x: Value, tensors: ModelSpec['tensors']): Value {
  const { channels, filters, kernelSize, stride = ONES, dilation = ONES, groups = 1, activation = 'linear' } = node;
  const { outputPadding = [0, 0] } = node;
  const lengths: Pair = [x.time, x.features / channels];
  const [time, frequency] = node.crop ?? [
    [0, 0],
    [0, 0],
  ];
  const crop = [time === 'causal' ? [0, dilation[0] * (kernelSize[0] - 1)] : time, frequency] as [Pair, Pair];
  const sizes = ([0, 1] as const).map(
    (axis) =>
      (lengths[axis] - 1) * stride[axis] +
      dilation[axis] * (kernelSize[axis] - 1) +
      1 +
      outputPadding[axis] -
      crop[axis][0] -
      crop[axis][1],
  ) as unknown as Pair;
  const weight = tensors[node.tensors.weight]?.data as Numbers;
  const bias = tensors[node.tensors.bias ?? '']?.data;
  const own = channels / groups;
  const y = make(x, sizes, filters, (b, t, f, filter) => {
    const group = Math.floor(filter / (filters / groups));
    let sum = bias?.[filter] ?? 0;
    for (let i = 0; i < kernelSize[0]; i++) {
      for (let j = 0; j < kernelSize[1]; j++) {
        const from = (t + crop[0][0] - i * dilation[0]) / stride[0];
        const low = (f + crop[1][0] - j * dilation[1]) / stride[1];
        if (!Number.isInteger(from) || !Number.isInteger(low)) continue;
        for (let c = 0; c < own; c++) {
          const w = weight[((filter * kernelSize[0] + i) * kernelSize[1] + j) * own + c] as number;
          sum += w * at(x, channels, b, from, low, group * own + c);
        }
      }
    }
    return sum;
  });
  const alone = kernelSize[0] === 1 && stride[0] === 1 && crop[0][0] + crop[0][1] + outputPadding[0] === 0;
  return { ...mapRows(y, y.features, (v) => activate(activation, v)), mask: alone ? x.mask : undefined };
}

export function pool2d(node: Pool2dNode, x: Value): Value {
  const { channels, poolSize, stride, dilation = ONES, countPadding, ceil } = node;
  const lengths: Pair = [x.time, x.features / channels];
  const pads = ([0, 1] as const).map((axis) =>
    ends(
      (node.padding ?? [
        [0, 0],
        [0, 0],
      ])[axis],
      poolSize[axis],
      stride[axis],
      dilation[axis],
      lengths[axis],
    ),
  ) as [Pair, Pair];
  const sizes = ([0, 1] as const).map((axis) => {
    const [before, after] = pads[axis];
    const count = (lengths[axis] + before + after - (dilation[axis] * (poolSize[axis] - 1) + 1)) / stride[axis] + 1;
    // No window begins behind what there is.
    const most = Math.floor((lengths[axis] + before - 1) / stride[axis]) + 1;
    return ceil ? Math.min(Math.ceil(count), most) : Math.floor(count);
  }) as unknown as Pair;
  // Of each window along an axis: the places that it sees, and how many there are of these and of padding.
  const windows = ([0, 1] as const).map((axis) =>
    Array.from({ length: Math.max(0, sizes[axis]) }, (_, index) => {
      const inside: number[] = [];
      let within = 0;
      for (let i = 0; i < poolSize[axis]; i++) {
        const place = index * stride[axis] + i * dilation[axis] - pads[axis][0];
        if (place >= 0 && place < lengths[axis]) inside.push(place);
        if (place < lengths[axis] + pads[axis][1]) within++;
      }
      return { inside, within };
    }),
  );
  const y = make(x, sizes, channels, (b, t, f, c) => {
    const [along, across] = [windows[0]?.[t], windows[1]?.[f]];
    if (!along || !across) throw new RangeError(`expected windows below ${sizes}, got ${t}, ${f}`);
    const values = along.inside.flatMap((i) => across.inside.map((j) => at(x, channels, b, i, j, c)));
    if (node.type === 'max_pool2d') return Math.max(...values);
    return (
      values.reduce((sum, value) => sum + value, 0) / (countPadding ? along.within * across.within : values.length)
    );
  });
  const alone = poolSize[0] === 1 && stride[0] === 1 && pads[0][0] + pads[0][1] === 0;
  return { ...y, mask: alone ? x.mask : undefined };
}

export function groupNorm(
  node: {
    channels: number;
    groups: number;
    axes: readonly string[];
    epsilon: number;
    tensors: { gamma?: string; beta?: string };
  },
  x: Value,
  tensors: ModelSpec['tensors'],
): Value {
  const { channels, groups, axes, epsilon } = node;
  const own = channels / groups;
  const gamma = tensors[node.tensors.gamma ?? '']?.data;
  const beta = tensors[node.tensors.beta ?? '']?.data;
  const all = (n: number): number[] => [...Array(n).keys()];
  const y = make(x, [x.time, x.features / channels], channels, (b, t, f, c) => {
    const first = Math.floor(c / own) * own;
    const values = (axes.includes('time') ? all(x.time) : [t]).flatMap((i) =>
      (axes.includes('frequency') ? all(x.features / channels) : [f]).flatMap((j) =>
        all(own).map((k) => at(x, channels, b, i, j, first + k)),
      ),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return (
      ((at(x, channels, b, t, f, c) - mean) / Math.sqrt(variance + epsilon)) * (gamma?.[c] ?? 1) + (beta?.[c] ?? 0)
    );
  });
  return { ...y, mask: x.mask };
}

export const upsampleFrequency = ({ channels, factor }: { channels: number; factor: number }, x: Value): Value => ({
  ...make(x, [x.time, (x.features / channels) * factor], channels, (b, t, f, c) =>
    at(x, channels, b, t, Math.floor(f / factor), c),
  ),
  mask: x.mask,
});

/** The layer inside over sequences of its own. @returns each of its outputs: y, then the final state of a cell. */
function runInner(
  { layer, name }: EachFrameNode | EachFrequencyNode,
  x: Value,
  tensors: Tensors,
  zeroBehindLengths: boolean,
  initial?: readonly Float64Array[],
): Float64Array[] {
  const run = (config: BidirectionalNode['forward'], backwards: boolean, order: 'computed' | 'input'): CellRun =>
    runCell(config, x, tensors, {
      name,
      backwards,
      order,
      zeroBehindLengths,
      initial: initial?.[0] && { h: initial[0], ...(initial[1] && { c: initial[1] }) },
    });
  if (layer.type === 'bidirectional') {
    const halves = [run(layer.forward, false, 'input').output, run(layer.backward, true, 'input').output] as const;
    return mergeHalves(layer.merge, ...halves).map(({ data }) => data);
  }
  const { output, final } = run(layer, layer.goBackwards ?? false, layer.outputOrder ?? 'computed');
  return [output.data, final.h, ...(final.c ? [final.c] : [])];
}

/** Frames are rows of a batch, frequencies their timesteps. */
export function eachFrame(node: EachFrameNode, x: Value, tensors: Tensors): Value {
  const { channels } = node;
  const inner: Value = {
    ...x,
    batch: x.batch * x.time,
    time: x.features / channels,
    features: channels,
    mask: undefined,
  };
  const [data] = runInner(node, inner, tensors, false) as [Float64Array];
  return { ...x, features: data.length / (x.batch * x.time), data };
}

/** Frames are rows of a batch, the frame's rows their timesteps. @param run of the layer inside. */
export function eachFrame2d({ rows }: EachFrame2dNode, x: Value, run: (x: Value) => Value): Value {
  const inner: Value = { ...x, batch: x.batch * x.time, time: rows, features: x.features / rows, mask: undefined };
  const { data, time, features } = run(inner);
  return { ...x, features: time * features, data };
}

/** Timestep by timestep, place by place: the gates of a place are `[i][f][g][o][filters]`. */
export function convLstm(
  node: ConvLstmNode,
  [x, ...initial]: readonly Value[],
  tensors: ModelSpec['tensors'],
  zeroBehindLengths: boolean,
): Value[] {
  const {
    filters,
    rows = 1,
    kernelSize,
    recurrentKernelSize = kernelSize,
    activations = {},
    goBackwards = false,
  } = node;
  const { name, inputs, stride, dilation, padding, channels } = node;
  const { weightIh, weightHh, biasIh } = node.tensors;
  const given = x as Value;
  const common = { type: 'conv2d', name, inputs, filters: 4 * filters } as const;
  const own = {
    ...common,
    channels,
    kernelSize,
    ...(stride && { stride }),
    ...(dilation && { dilation }),
    ...(padding && { padding }),
  };
  const frames = {
    ...given,
    batch: given.batch * given.time,
    time: rows,
    features: given.features / rows,
    mask: undefined,
  };
  const projected = convolved(
    { ...own, tensors: { weight: weightIh, ...(biasIh && { bias: biasIh }) } },
    frames,
    tensors,
  );
  const [high, wide] = [projected.time, projected.features / 4];
  const size = high * wide;
  const state = (from?: Value) => from?.data.slice() ?? new Float64Array(given.batch * size);
  const [h, c] = [state(initial[0]), state(initial[1])];
  const y: Value = { ...given, features: size, data: new Float64Array(given.batch * given.time * size) };
  const previous = new Float64Array(given.batch * size);
  const same = ['same_upper', 'same_upper'] as const;
  const [i, f, g, o] = (['i', 'f', 'g', 'o'] as const).map(
    (gate) => activations[gate] ?? (gate === 'g' ? 'tanh' : 'sigmoid'),
  ) as [never, never, never, never];
  for (let k = 0; k < given.time; k++) {
    const t = goBackwards ? given.time - 1 - k : k;
    const before: Value = { ...given, time: high, features: wide, data: h.slice(), mask: undefined };
    const recurrent = convolved(
      { ...common, channels: filters, kernelSize: recurrentKernelSize, padding: same, tensors: { weight: weightHh } },
      before,
      tensors,
    );
    for (let b = 0; b < given.batch; b++) {
      const kept = given.mask?.[b * given.time + t] !== 0;
      for (let j = 0; kept && j < size; j++) {
        const gate = (index: number): number => {
          const from = Math.floor(j / filters) * 4 * filters + index * filters + (j % filters);
          return (
            (projected.data[(b * given.time + t) * 4 * size + from] as number) +
            (recurrent.data[b * 4 * size + from] as number)
          );
        };
        const one = (activation: never, value: number): number =>
          activate(activation, Float64Array.of(value))[0] as number;
        const cell = one(f, gate(1)) * (c[b * size + j] as number) + one(i, gate(0)) * one(g, gate(2));
        c[b * size + j] = cell;
        h[b * size + j] = one(o, gate(3)) * one((activations.output ?? 'tanh') as never, cell);
        previous[b * size + j] = h[b * size + j] as number;
      }
      const to = goBackwards && node.outputOrder === 'input' ? t : k;
      const zero = !kept && zeroBehindLengths && node.returnSequences !== false;
      if (!zero) row(y, b, to).set(previous.subarray(b * size, (b + 1) * size));
    }
  }
  const vector = (data: Float64Array): Value => ({
    ...given,
    kind: 'vector',
    time: 1,
    features: size,
    data,
    mask: undefined,
  });
  const out = node.returnSequences === false ? vector(previous) : y;
  return [out, vector(h), vector(c)];
}

/** Frequencies are rows of a batch: `[batch][frequency][time][channels]`. */
export function eachFrequency(
  node: EachFrequencyNode,
  [x, ...states]: readonly [Value, ...Value[]],
  tensors: Tensors,
  zeroBehindLengths: boolean,
): Value[] {
  const { channels } = node;
  const frequency = x.features / channels;
  const inner: Value = {
    ...make({ ...x, batch: x.batch * frequency }, [x.time, 1], channels, (row, t, _, c) =>
      at(x, channels, Math.floor(row / frequency), t, row % frequency, c),
    ),
    mask:
      x.mask &&
      Uint8Array.from({ length: x.batch * frequency * x.time }, (_, i) => {
        const row = Math.floor(i / x.time);
        return x.mask?.[Math.floor(row / frequency) * x.time + (i % x.time)] as number;
      }),
  };
  const results = runInner(
    node,
    inner,
    tensors,
    zeroBehindLengths,
    states.map(({ data }) => data),
  );
  const sequences = (node.layer.type === 'bidirectional' ? node.layer.forward : node.layer).returnSequences !== false;
  return results.map((data, index) => {
    const time = index === 0 && sequences ? x.time : 1;
    const units = data.length / (x.batch * frequency * time);
    const part: Value = { ...x, batch: x.batch * frequency, time, features: units, data };
    return {
      ...make(x, [time, frequency], units, (b, t, f, c) => row(part, b * frequency + f, t)[c] as number),
      kind: index === 0 && sequences ? 'sequence' : 'vector',
      mask: index === 0 && sequences ? x.mask : undefined,
    };
  });
}
