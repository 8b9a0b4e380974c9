import type { TensorSpec, TwoSizes } from '../../spec.js';
import { refuse } from '../shared/refuse.js';
import type {
  PyTorchAvgPool2d,
  PyTorchBatchNorm,
  PyTorchConv2d,
  PyTorchConvTranspose2d,
  PyTorchFrames,
  PyTorchMaxPool2d,
  PyTorchZeroPad2d,
} from './config.js';
import type { Filled } from './filled.js';
import type { Site } from './site.js';
import { norm } from './weighted.js';
import { lengthAfter } from './windows.js';

// Values (batch, channels, time, frequency): in the spec rows [frequency][channels], which convolutions want, and the file's order at the ends.
// Images are (batch, channels, height, width): columns are timesteps, and what is here a frequency is a row of pixels.

/** Along time and frequency, of sizes in PyTorch's order; and back. */
function two({ turned }: Site, given: number | TwoSizes): TwoSizes {
  const [one, other] = typeof given === 'number' ? [given, given] : given;
  return turned ? [other, one] : [one, other];
}

/** Frequencies and channels of what the layer reads. @throws {ImportError} it is no such value. */
function plane(site: Site): { frequencies: number; channels: number } {
  const { frequencies, features, where } = site;
  if (frequencies === undefined)
    refuse(
      where,
      'reads (batch, channels, time, frequency)',
      'config.frequencies, or config.height of an image',
      'a value without',
    );
  return { frequencies, channels: features / frequencies };
}

/** The rows as PyTorch has them, `[channels][frequency]`, from ours or to ours. */
export function turnRows(site: Site, from: readonly [number, number], name: string): void {
  if (from[0] > 1 && from[1] > 1) site.layer({ type: 'rearrange', shape: from, order: [1, 0] }, name);
}

function divides(site: Site, count: number, groups: number): void {
  if (count % groups > 0) refuse(site.where, 'groups of unequal size', `a divisor of ${count}`, `${groups}`);
}

/** What a window makes of both axes; the time only where its number is fixed. */
function slide(
  site: Site,
  channels: number,
  around: TwoSizes,
  stride: TwoSizes,
  pads: readonly [readonly [number, number], readonly [number, number]],
  ceil = false,
): void {
  const { frequencies } = plane(site);
  if (site.time !== undefined) site.time = lengthAfter(site.where, site.time, around[0], stride[0], pads[0], ceil);
  site.frequencies = lengthAfter(site.where, frequencies, around[1], stride[1], pads[1], ceil, 'frequencies');
  site.features = site.frequencies * channels;
}

/** `nn.Conv2d` over time and frequency; `'same'` adds what is odd behind, as PyTorch does. */
export function conv2d(layer: Filled<PyTorchConv2d>, site: Site): void {
  const { padding, groups, bias, outChannels } = layer;
  const { channels } = plane(site);
  const [kernelSize, stride, dilation] = [layer.kernelSize, layer.stride, layer.dilation].map((n) => two(site, n)) as [
    TwoSizes,
    TwoSizes,
    TwoSizes,
  ];
  if (padding === 'same' && stride.some((step) => step > 1))
    refuse(site.where, "padding 'same' with a stride", 'stride 1', `${stride}`);
  divides(site, channels, groups);
  divides(site, outChannels, groups);
  const own = channels / groups;
  const how = '(out, in / groups, kernel) → (out, kernel, in / groups)';
  const shape = [outChannels, own, ...two(site, kernelSize)];
  const weight = site.take('weight', shape, 'weight', how, site.name, (tensor) =>
    channelsLast(timeFirst(site, tensor)),
  );
  const around: TwoSizes = [dilation[0] * (kernelSize[0] - 1), dilation[1] * (kernelSize[1] - 1)];
  const ends = (axis: 0 | 1): readonly [number, number] => {
    if (padding === 'same') return [around[axis] >> 1, around[axis] - (around[axis] >> 1)];
    const both = padding === 'valid' ? 0 : two(site, padding)[axis];
    return [both, both];
  };
  const pads = [ends(0), ends(1)] as const;
  const tensors = { weight, ...(bias && { bias: site.take('bias', [outChannels], 'bias') }) };
  const sizes = { channels, filters: outChannels, kernelSize, stride, dilation, groups };
  site.layer({ type: 'conv2d', ...sizes, padding: pads, tensors });
  slide(site, outChannels, around, stride, pads);
}

/** `nn.ConvTranspose2d`. */
export function convTranspose2d(layer: Filled<PyTorchConvTranspose2d>, site: Site): void {
  const { groups, bias, outChannels, where } = { ...layer, where: site.where };
  const { channels, frequencies } = plane(site);
  const [kernelSize, stride, dilation] = [layer.kernelSize, layer.stride, layer.dilation].map((n) => two(site, n)) as [
    TwoSizes,
    TwoSizes,
    TwoSizes,
  ];
  const [padding, outputPadding] = [two(site, layer.padding), two(site, layer.outputPadding)];
  divides(site, channels, groups);
  divides(site, outChannels, groups);
  const own = outChannels / groups;
  const how = '(in, out / groups, kernel) → (out, kernel, in / groups)';
  const shape = [channels, own, ...two(site, kernelSize)];
  const weight = site.take('weight', shape, 'weight', how, site.name, (tensor) =>
    outFirst(timeFirst(site, tensor), groups),
  );
  const tensors = { weight, ...(bias && { bias: site.take('bias', [outChannels], 'bias') }) };
  const crop = [[padding[0], padding[0]] as const, [padding[1], padding[1]] as const] as const;
  const sizes = { channels, filters: outChannels, kernelSize, stride, dilation, groups };
  site.layer({ type: 'conv_transpose2d', ...sizes, crop, outputPadding, tensors });
  const after = (axis: 0 | 1, length: number): number => {
    const around = dilation[axis] * (kernelSize[axis] - 1) + 1 + outputPadding[axis] - 2 * padding[axis];
    const made = (length - 1) * stride[axis] + around;
    if (made < 1) refuse(where, 'nothing is left', 'at least one', `${made}`);
    return made;
  };
  if (site.time !== undefined) site.time = after(0, site.time);
  site.frequencies = after(1, frequencies);
  site.features = site.frequencies * outChannels;
}

/** Kernels of images, `(a, b, height, width)` → `(a, b, width, height)`; others as they are. */
function timeFirst({ turned }: Site, tensor: TensorSpec): TensorSpec {
  if (!turned) return tensor;
  const [a, b, height, width] = tensor.shape as [number, number, number, number];
  const data = new Float32Array(tensor.data.length);
  let to = 0;
  for (let kernel = 0; kernel < a * b; kernel++)
    for (let x = 0; x < width; x++)
      for (let y = 0; y < height; y++) data[to++] = tensor.data[(kernel * height + y) * width + x] as number;
  return { shape: [a, b, width, height], data };
}

/** `(a, b, …taps)` → `(a, …taps, b)`. */
function channelsLast({ shape, data }: TensorSpec): TensorSpec {
  const [a, b, ...taps] = shape as [number, number, number, number];
  const count = taps[0] * taps[1];
  const turned = new Float32Array(data.length);
  let to = 0;
  for (let i = 0; i < a; i++)
    for (let tap = 0; tap < count; tap++)
      for (let j = 0; j < b; j++) turned[to++] = data[(i * b + j) * count + tap] as number;
  return { shape: [a, ...taps, b], data: turned };
}

/** `(groups · in, out, …taps)` → `(groups · out, …taps, in)`. */
function outFirst({ shape, data }: TensorSpec, groups: number): TensorSpec {
  const [all, out, ...taps] = shape as [number, number, number, number];
  const [own, count] = [all / groups, taps[0] * taps[1]];
  const turned = new Float32Array(data.length);
  let to = 0;
  for (let group = 0; group < groups; group++)
    for (let j = 0; j < out; j++)
      for (let tap = 0; tap < count; tap++)
        for (let i = 0; i < own; i++) turned[to++] = data[((group * own + i) * out + j) * count + tap] as number;
  return { shape: [groups * out, ...taps, own], data: turned };
}

/** `nn.BatchNorm2d`, per channel. */
export function batchNorm2d({ eps, affine }: Filled<PyTorchBatchNorm>, site: Site): void {
  const { channels } = plane(site);
  const statistics = { mean: 'running_mean', variance: 'running_var' };
  norm('batch_norm', eps, site, { ...(affine && { gamma: 'weight', beta: 'bias' }), ...statistics }, { channels });
}

export function pool2d(layer: Filled<PyTorchMaxPool2d> | Filled<PyTorchAvgPool2d>, site: Site): void {
  const { kernelSize, stride = kernelSize, ceilMode: ceil, type } = layer;
  const { channels } = plane(site);
  const [poolSize, steps, padding] = [two(site, kernelSize), two(site, stride), two(site, layer.padding)];
  for (const axis of [0, 1] as const)
    if (padding[axis] > poolSize[axis] / 2)
      refuse(site.where, 'too much padding', 'at most half of kernelSize', `${padding[axis]}`);
  if (layer.stride === undefined) site.reporter.defaulted(site.name, 'stride', stride, "PyTorch's default: kernelSize");
  const dilation = type === 'max_pool2d' ? two(site, layer.dilation) : ([1, 1] as const);
  const pads = [[padding[0], padding[0]] as const, [padding[1], padding[1]] as const] as const;
  site.layer({
    ...(type === 'max_pool2d' ? { type, dilation } : { type: 'average_pool2d', countPadding: layer.countIncludePad }),
    channels,
    poolSize,
    stride: steps,
    padding: pads,
    ceil,
  });
  slide(site, channels, [dilation[0] * (poolSize[0] - 1), dilation[1] * (poolSize[1] - 1)], steps, pads, ceil);
}

/** `nn.ZeroPad2d`: its padding names the last axis, the frequencies or an image's columns, first. */
export function zeroPad2d({ padding }: Filled<PyTorchZeroPad2d>, site: Site): void {
  const { channels, frequencies } = plane(site);
  const [a, b, c, d] = typeof padding === 'number' ? [padding, padding, padding, padding] : padding;
  const [low, high, before, after] = site.turned ? [c, d, a, b] : [a, b, c, d];
  if (before + after > 0) {
    site.layer({ type: 'pad', axis: 'time', before, after, mode: 'constant' }, `${site.name}.time`);
    if (site.time !== undefined) site.time += before + after;
  }
  site.layer({ type: 'pad', axis: 'features', before: low, after: high, mode: 'constant', channels });
  site.frequencies = frequencies + low + high;
  site.features = site.frequencies * channels;
}

/** Each frame as a timestep of features, in the order in which PyTorch flattened it. */
export function frames({ channelsFirst }: Filled<PyTorchFrames>, site: Site): void {
  const { channels, frequencies } = plane(site);
  if (channelsFirst) turnRows(site, [frequencies, channels], site.name);
  site.frequencies = undefined;
}
