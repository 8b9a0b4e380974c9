import type { PaddingSpec } from '../../../spec.js';
import { axisAt, type Context, integers, known, numbers, type Op, value } from '../context.js';
import { pick } from '../fold.js';
import { arranged, withFeatures } from '../layout.js';
import { type Num, windows } from '../num.js';
import { refuse } from '../refuse.js';
import { type Atom, type Constant, count, flowing, type Item, sizeOf, type Value } from '../value.js';
import type { Run } from './plumbing.js';

/** A vector of weights, one number per feature. */
function perFeature(op: Op, ctx: Context, index: number, field: string, features: number): string | undefined {
  const given = op.inputs[index];
  if (given === undefined) return undefined;
  const x = known(op.where, given, field);
  const data = numbers(op.where, x);
  if (data.length !== features) refuse(op.where, `${field} has the wrong size`, `${features}`, `${data.length}`);
  return ctx.tensor(x.tensor ?? field, [features], data, {
    constant: x,
    becomes: `${op.name}.${field}`,
    how: 'one per feature',
  });
}

/** `y = x·W`: W `[K, N]` in the file is one column per output, one row per output here. */
function dense(op: Op, ctx: Context, x: Value, axis: number, w: Constant, transposed: boolean, scale = 1): Value {
  const [k, n] = (transposed ? [w.dims[1], w.dims[0]] : w.dims) as [number, number];
  const v = withFeatures(ctx, op.where, x, [axis]);
  if (count(v.features) !== k) refuse(op.where, 'sums over another length', `${k}`, `${count(v.features)}`);
  const plain = transposed ? w : pick(op.where, w, [n, k], [1, n]);
  const data = numbers(op.where, plain);
  const weight = ctx.tensor(
    w.tensor ?? `${op.name}.weight`,
    [n, k],
    scale === 1 ? data : data.map((one) => one * scale),
    {
      constant: w,
      becomes: `${op.name}.weight`,
      how: `${transposed ? 'one row per output' : 'transposed to one row per output'}${scale === 1 ? '' : `, times ${scale}`}`,
    },
  );
  const wanted = op.outputs[0] as string;
  const name = ctx.add({ type: 'dense', inputs: [v.name], units: n, tensors: { weight } }, wanted);
  const node = ctx.nodes.at(-1);
  if (node?.type === 'dense' && ctx.readers.get(wanted) === 1) ctx.biasless.set(wanted, node);
  const atom: Atom = { size: n };
  const axes = x.axes.map((one, at) => (at === axis ? (n === 1 ? [] : [atom]) : one));
  return { ...v, name, features: [atom], axes };
}

function matmul(op: Op, ctx: Context): Item[] {
  const { where, inputs } = op;
  const [a, b] = inputs;
  if (a?.kind === 'value' && b?.kind === 'constant') {
    const dims = b.dims.length > 2 && b.dims.slice(0, -2).every((n) => n === 1) ? b.dims.slice(-2) : b.dims;
    if (dims.length === 1) {
      const y = dense(op, ctx, a, a.axes.length - 1, { ...b, dims: [dims[0] as number, 1] }, false);
      return [{ ...y, axes: y.axes.slice(0, -1) }];
    }
    if (dims.length !== 2) refuse(where, 'weights of several axes', '[inputs, outputs]', `[${b.dims}]`);
    return [dense(op, ctx, a, a.axes.length - 1, { ...b, dims }, false)];
  }
  if (a?.kind === 'constant' && b?.kind === 'value') {
    if (a.dims.length !== 2 || b.axes.length < 2)
      refuse(where, 'weights of several axes', '[outputs, inputs]', `[${a.dims}]`);
    return [dense(op, ctx, b, b.axes.length - 2, a, true)];
  }
  return [product(op, ctx, value(where, a, 'the first factor'), value(where, b, 'the second factor'))];
}

/** The product of two values, row by row of the batch. */
function product(op: Op, ctx: Context, a: Value, b: Value): Value {
  const { where } = op;
  const [ra, rb] = [a.axes.length, b.axes.length];
  if (ra < 2 || rb < 2) refuse(where, 'a product of vectors', 'two axes at least');
  const rest = [...a.axes.slice(0, -2), ...b.axes.slice(0, -2)];
  if (rest.some((axis) => axis.some(({ batch }) => !batch)))
    refuse(where, 'a product of more than rows of the batch', '[batch, m, k] and [batch, k, n]');
  const [m, k] = a.axes.slice(-2) as [readonly Atom[], readonly Atom[]];
  const [kb, n] = b.axes.slice(-2) as [readonly Atom[], readonly Atom[]];
  const left = arranged(ctx, where, a, m, k);
  const flow = flowing(b);
  const transposeB = !kb.some((atom) => b.time.includes(atom));
  if (flow)
    refuse(
      where,
      'a product over timesteps whose number depends on the run',
      'options.shapes, or a fixed size',
      op.name,
    );
  const right = transposeB ? arranged(ctx, where, b, n.length > 0 ? n : [], kb) : arranged(ctx, where, b, kb, n);
  const name = ctx.add({ type: 'matmul', inputs: [left.name, right.name], transposeB }, op.outputs[0] as string);
  const atom: Atom = { size: sizeOf(n) };
  const axes = [...(ra >= rb ? a : b).axes.slice(0, -2), m, atom.size === 1 ? [] : [atom]];
  return { ...left, name, features: [atom], axes };
}

function gemm(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const x = value(where, inputs[0], 'A');
  const w = known(where, inputs[1], 'B');
  const [scale, beta] = [attributes.float('alpha', 1), attributes.float('beta', 1)];
  attributes.ignore('broadcast');
  if (attributes.int('transA', 0) !== 0) refuse(where, 'sums over the batch', 'transA 0', '1');
  if (w.dims.length !== 2 || x.axes.length !== 2) refuse(where, 'not matrices', 'two axes', `[${w.dims}]`);
  const y = dense(op, ctx, x, 1, w, attributes.int('transB', 0) !== 0, scale);
  ctx.biasless.delete(op.outputs[0] as string);
  if (inputs[2] === undefined) return [y];
  const c = known(where, inputs[2], 'C');
  const units = count(y.features);
  const data = numbers(where, c);
  if (data.length !== units && data.length !== 1)
    refuse(where, 'C differs from row to row', `${units} numbers`, `${data.length}`);
  const bias = ctx.tensor(
    c.tensor ?? 'bias',
    [units],
    Float32Array.from({ length: units }, (_, i) => (data[data.length === 1 ? 0 : i] as number) * beta),
    {
      constant: c,
      becomes: `${op.name}.bias`,
      how: beta === 1 ? 'one per output' : `one per output, times ${beta}`,
    },
  );
  const node = ctx.nodes.at(-1) as { tensors: object };
  node.tensors = { ...node.tensors, bias };
  return [y];
}

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
  const spatial = x.axes.length - 2;
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
    const one: Atom = { size: 1 };
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
  const flow = flowing(w.x);
  const time: Atom = { size, ...(flow && { flows: true as const }) };
  const features: Atom = { size: channels };
  const axes = w.x.axes.map((atoms, at) =>
    at === w.axis ? (size === 1 && !flow ? [] : [time]) : at === 1 ? (channels === 1 ? [] : [features]) : atoms,
  );
  return { ...w.x, name, time: [time], features: [features], axes };
}

function timeAfter({ kernel, stride, dilation, padding, x }: Window, ceil = false): Num {
  const size = sizeOf(x.time);
  if (typeof padding === 'string') return windows(size, 1, stride - 1, stride);
  const add = padding[0] + padding[1] - dilation * (kernel - 1) - 1 + stride;
  return windows(size, 1, ceil ? Math.min(add, padding[0]) + stride - 1 : add, stride);
}

function conv(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const weight = known(where, inputs[1], 'W');
  const [filters, channels, ...kernelDims] = weight.dims as [number, number, ...number[]];
  const groups = attributes.int('group', 1);
  const w = windowOf(op, ctx, value(where, inputs[0], 'X'), kernelDims);
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
  const w = windowOf(op, ctx, value(where, inputs[0], 'X'), kernelDims);
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
  return [after(w, name, windows(sizeOf(w.x.time), w.stride, add, 1), filters)];
}

const pool =
  (type: 'max_pool1d' | 'average_pool1d'): Run =>
  (op, ctx) => {
    const { attributes, where } = op;
    attributes.ignore('storage_order');
    if (op.used[1]) refuse(where, 'asks for the indices of maxima', 'the maxima alone');
    const w = windowOf(op, ctx, value(where, op.inputs[0], 'X'), undefined);
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

/** Sums and the like over an axis. */
function reduceOver(
  ctx: Context,
  op: Op,
  x: Value,
  axes: readonly number[],
  keep: boolean,
  operation: 'mean' | 'sum' | 'max' | 'min',
): Value {
  const { where } = op;
  const flow = flowing(x);
  let v = x;
  const solid = axes.filter((axis) => (x.axes[axis] as readonly Atom[]).length > 0);
  if (solid.some((axis) => x.axes[axis]?.some(({ batch }) => batch)))
    refuse(where, 'works across the batch', 'rows that stand alone', `axes [${axes}]`);
  const overTime = solid.filter((axis) => x.axes[axis]?.some((atom) => (flow ? atom === flow : x.time.includes(atom))));
  const gone = (value: Value, which: readonly number[]): Value => ({
    ...value,
    axes: value.axes.map((atoms, at) => (which.includes(at) ? [] : atoms)),
  });
  if (overTime.length > 0) {
    const timed = overTime.flatMap((axis) => x.axes[axis] ?? []);
    if (flow ? timed.length > 1 || x.time.length > 1 : timed.length !== x.time.length)
      refuse(where, 'reduces a time mixed with features');
    const name = ctx.add({ type: 'reduce', inputs: [v.name], operation, axis: 'time' }, op.outputs[0] as string);
    v = { ...gone(v, overTime), name, time: [] };
  }
  const rest = solid.filter((axis) => !overTime.includes(axis));
  if (rest.length > 0) {
    const over = rest.flatMap((axis) => v.axes[axis] as readonly Atom[]);
    const others = v.features.filter((atom) => !over.includes(atom));
    if (others.length > 0 && flowing(v)) v = byParts(ctx, op, v, over, others, operation);
    else {
      v = withFeatures(ctx, where, v, rest);
      const name = ctx.add({ type: 'reduce', inputs: [v.name], operation, axis: 'features' }, op.outputs[0] as string);
      v = { ...v, name, features: [] };
    }
    v = gone(v, rest);
  }
  return keep ? v : { ...v, axes: v.axes.filter((_, at) => !axes.includes(at)) };
}

/** Some of the features of every timestep of the run: taken apart and joined elementwise. */
function byParts(
  ctx: Context,
  op: Op,
  x: Value,
  over: readonly Atom[],
  others: readonly Atom[],
  operation: 'mean' | 'sum' | 'max' | 'min',
): Value {
  const parts = count(over);
  if (parts > 64) refuse(op.where, 'reduces many features beside others', 'at most 64', `${parts}`);
  const source = arranged(ctx, op.where, x, x.time, [...over, ...others]);
  const block = count(others);
  const inputs = Array.from({ length: parts }, (_, i) =>
    ctx.add(
      { type: 'slice', inputs: [source.name], axis: 'features', start: i * block, count: block },
      `${x.name}.part`,
    ),
  );
  const type = ({ mean: 'average', sum: 'add', max: 'maximum', min: 'minimum' } as const)[operation];
  const name = inputs.length === 1 ? (inputs[0] as string) : ctx.add({ type, inputs }, op.outputs[0] as string);
  return { ...source, name, features: others };
}

/** Axes of a reduction: an attribute, or an input from the operator's version `since` on. */
export function reduction(op: Op): { axes: readonly number[] | undefined; keep: boolean } {
  const since = op.type === 'ReduceSum' ? 13 : 18;
  const axes = op.opset < since ? op.attributes.ints('axes', undefined) : integers(op.where, op.inputs[1], 'axes');
  const keep = op.attributes.int('keepdims', 1) !== 0;
  const none = op.attributes.int('noop_with_empty_axes', 0) !== 0;
  return { axes: axes?.length ? axes : none ? [] : undefined, keep };
}

const reduce =
  (operation: 'mean' | 'sum' | 'max' | 'min'): Run =>
  (op, ctx) => {
    const x = value(op.where, op.inputs[0], 'the input');
    const { axes, keep } = reduction(op);
    const all = axes?.map((axis) => axisAt(op.where, axis, x.axes.length)) ?? x.axes.map((_, axis) => axis);
    return [reduceOver(ctx, op, x, all, keep, operation)];
  };

const global =
  (operation: 'mean' | 'max'): Run =>
  (op, ctx) => {
    const x = value(op.where, op.inputs[0], 'the input');
    const axes = x.axes.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
    return [reduceOver(ctx, op, x, axes, true, operation)];
  };

const softmax =
  (type: 'softmax' | 'log_softmax'): Run =>
  (op, ctx) => {
    const x = value(op.where, op.inputs[0], 'the input');
    const rank = x.axes.length;
    // Up to version 12 everything from the axis on counted as one.
    const axis = axisAt(op.where, op.attributes.int('axis', op.opset < 13 ? 1 : -1), rank);
    const axes = op.opset < 13 ? Array.from({ length: rank - axis }, (_, i) => axis + i) : [axis];
    const v = withFeatures(ctx, op.where, x, axes);
    return [{ ...v, name: ctx.add({ type, inputs: [v.name] }, op.outputs[0] as string) }];
  };

function layerNorm(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  attributes.ignore('stash_type');
  if (op.used[1] || op.used[2]) refuse(where, 'asks for the mean or deviation', 'the normalised value alone');
  const x = value(where, op.inputs[0], 'X');
  const rank = x.axes.length;
  const axis = axisAt(where, attributes.int('axis', -1), rank);
  const v = withFeatures(
    ctx,
    where,
    x,
    Array.from({ length: rank - axis }, (_, i) => axis + i),
  );
  const features = count(v.features);
  const [gamma, beta] = [perFeature(op, ctx, 1, 'gamma', features), perFeature(op, ctx, 2, 'beta', features)];
  const tensors = { ...(gamma && { gamma }), ...(beta && { beta }) };
  return [
    {
      ...v,
      name: ctx.add(
        { type: 'layer_norm', inputs: [v.name], epsilon: attributes.float('epsilon', 1e-5), tensors },
        op.outputs[0] as string,
      ),
    },
  ];
}

function batchNorm(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  attributes.ignore('momentum', 'spatial', 'is_test');
  if (attributes.int('training_mode', 0) !== 0) refuse(where, 'in training mode', 'inference');
  const v = withFeatures(ctx, where, value(where, op.inputs[0], 'X'), [1]);
  const n = count(v.features);
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map((field, index) =>
    perFeature(op, ctx, index + 1, field, n),
  );
  if (!mean || !variance) refuse(where, 'no statistics', 'mean and variance');
  const tensors = { mean, variance, ...(gamma && { gamma }), ...(beta && { beta }) };
  return [
    {
      ...v,
      name: ctx.add(
        { type: 'batch_norm', inputs: [v.name], epsilon: attributes.float('epsilon', 1e-5), tensors },
        op.outputs[0] as string,
      ),
    },
  ];
}

export const LAYERS: Readonly<Record<string, Run>> = {
  MatMul: matmul,
  Gemm: gemm,
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: pool('max_pool1d'),
  AveragePool: pool('average_pool1d'),
  GlobalAveragePool: global('mean'),
  GlobalMaxPool: global('max'),
  ReduceMean: reduce('mean'),
  ReduceSum: reduce('sum'),
  ReduceMax: reduce('max'),
  ReduceMin: reduce('min'),
  Softmax: softmax('softmax'),
  LogSoftmax: softmax('log_softmax'),
  LayerNormalization: layerNorm,
  BatchNormalization: batchNorm,
};
