import type { TensorSpec } from '../../spec.js';
import { refuse } from '../shared/refuse.js';
import type {
  PyTorchAvgPool1d,
  PyTorchChomp1d,
  PyTorchConv1d,
  PyTorchFlatten,
  PyTorchMaxPool1d,
  PyTorchZeroPad1d,
} from './config.js';
import type { Filled } from './filled.js';
import type { Site } from './site.js';

/** `nn.Conv1d`; `'same'` adds what is odd behind, as PyTorch does. */
export function conv1d(layer: Filled<PyTorchConv1d>, site: Site): void {
  const { stride, padding, dilation, groups, bias, outChannels, kernelSize: size } = layer;
  const { features, where, name } = site;
  site.needSequence();
  if (padding === 'same' && stride > 1) refuse(where, "padding 'same' with a stride", 'stride 1', `${stride}`);
  const divides = (count: number) => {
    if (count % groups > 0) refuse(where, 'groups of unequal size', `a divisor of ${count}`, `${groups}`);
  };
  divides(features);
  const how = '(out, in / groups, kernel) → (out, kernel, in / groups)';
  const weight = site.take('weight', [outChannels, features / groups, size], 'weight', how, name, swapLast);
  const [filters, kernelSize] = (site.tensors[weight] as TensorSpec).shape as [number, number];
  divides(filters);
  const around = dilation * (kernelSize - 1);
  const before = padding === 'same' ? around >> 1 : padding === 'valid' ? 0 : padding;
  const ends = [before, padding === 'same' ? around - before : before] as const;
  const tensors = { weight, ...(bias && { bias: site.take('bias', [filters], 'bias') }) };
  site.layer({ type: 'conv1d', filters, kernelSize, stride, dilation, groups, padding: ends, tensors });
  site.features = filters;
  slide(site, around, stride, ends);
}

/** Zeros before and after the timesteps. */
export function zeroPad1d({ padding }: Filled<PyTorchZeroPad1d>, site: Site): void {
  const [before, after] = typeof padding === 'number' ? [padding, padding] : padding;
  site.needSequence();
  site.layer({ type: 'pad', axis: 'time', before, after, mode: 'constant' });
  if (site.time !== undefined) site.time += before + after;
}

/** All timesteps but the last ones. */
export function chomp1d({ size: drop }: Filled<PyTorchChomp1d>, site: Site): void {
  const { time, where } = site;
  site.needSequence();
  if (time !== undefined && time <= drop) refuse(where, 'drops all timesteps', `less than ${time}`, `${drop}`);
  site.layer({ type: 'slice', axis: 'time', start: 0, drop });
  if (time !== undefined) site.time = time - drop;
}

/** `(a, b, c)` → `(a, c, b)`. */
function swapLast({ shape, data }: TensorSpec): TensorSpec {
  const [a, b, c] = shape as [number, number, number];
  const from = (to: number) => Math.floor(to / (b * c)) * b * c + (to % b) * c + (Math.floor(to / b) % c);
  return { shape: [a, c, b], data: data.map((_, to) => data[from(to)] as number) };
}

export function pool(layer: Filled<PyTorchMaxPool1d> | Filled<PyTorchAvgPool1d>, site: Site): void {
  const { kernelSize, stride = kernelSize, padding, ceilMode: ceil, type } = layer;
  site.needSequence();
  if (padding > kernelSize / 2) refuse(site.where, 'too much padding', 'at most half of kernelSize', `${padding}`);
  if (layer.stride === undefined) site.reporter.defaulted(site.name, 'stride', stride, "PyTorch's default: kernelSize");
  const dilation = type === 'max_pool1d' ? layer.dilation : 1;
  const ends = [padding, padding] as const;
  site.layer({
    ...(type === 'max_pool1d' ? { type, dilation } : { type: 'average_pool1d', countPadding: layer.countIncludePad }),
    poolSize: kernelSize,
    stride,
    padding: ends,
    ceil,
  });
  slide(site, dilation * (kernelSize - 1), stride, ends, ceil);
}

/** Timesteps behind a window that spans `around` more than one, if their number is fixed. */
function slide(
  site: Site,
  around: number,
  stride: number,
  [before, behind]: readonly [number, number],
  ceil = false,
): void {
  const { time, where } = site;
  if (time !== undefined) site.time = lengthAfter(where, time, around, stride, [before, behind], ceil);
}

/** How long an axis is behind a window that spans `around` more than one. @throws {ImportError} it is too short for one. */
export function lengthAfter(
  where: string,
  length: number,
  around: number,
  stride: number,
  [before, behind]: readonly [number, number],
  ceil: boolean,
  what = 'timesteps',
): number {
  const room = length + before + behind - around - 1;
  if (room < 0)
    refuse(where, 'a window longer than the sequence', `at most ${length} ${what} with padding`, `${around + 1}`);
  // No window begins behind the sequence.
  const last = ceil
    ? Math.min(Math.ceil(room / stride), Math.floor((length + before - 1) / stride))
    : Math.floor(room / stride);
  return last + 1;
}

/** A vector of fixed length: of a sequence as it is, or of its features one after another. */
export function flatten({ channelsFirst }: Filled<PyTorchFlatten>, site: Site): void {
  const { time, name } = site;
  if (!site.vector) {
    if (time === undefined) refuse(site.where, 'flatten of any number of timesteps', 'config.timesteps', 'nothing');
    if (channelsFirst) site.layer({ type: 'transpose' }, `${name}_channels`);
    site.features *= time;
    site.vector = true;
  }
  site.layer({ type: 'reshape', shape: [site.features] });
}
