import type { PaddingSpec, TensorSpec } from '../../spec.js';
import type { PyTorchAvgPool1d, PyTorchConv1d, PyTorchFlatten, PyTorchMaxPool1d } from './config.js';
import type { Full } from './fields.js';
import { refuse } from './refuse.js';
import { type Made, made, needSequence, type Site, takeAs } from './site.js';

/** `nn.Conv1d`; `'same'` adds what is odd behind, as PyTorch does. */
export function conv1d(layer: Full<PyTorchConv1d>, site: Site): Made {
  const { name, prefix, from, where, taker } = site;
  const { stride, padding, dilation, groups, bias } = layer;
  needSequence(site, 'a convolution');
  if (padding === 'same' && stride > 1) refuse(where, "padding 'same' with a stride", 'stride 1', String(stride));
  if (from.features % groups > 0)
    refuse(where, 'groups of unequal size', `a divisor of ${from.features}`, String(groups));
  const weight = `${prefix}weight`;
  const shape = [layer.outChannels, from.features / groups, layer.kernelSize];
  const how = '(out, in / groups, kernel) → (out, kernel, in / groups)';
  const [filters = 0, , kernelSize = 0] = taker.take(weight, shape, `${name}.weight`, how, swapLast);
  if (filters % groups > 0) refuse(where, 'groups of unequal size', `a divisor of ${filters}`, String(groups));
  const around = dilation * (kernelSize - 1);
  const before = padding === 'same' ? Math.floor(around / 2) : padding === 'valid' ? 0 : padding;
  const ends = [before, padding === 'same' ? around - before : before] as const;
  const tensors = { weight, ...(bias && { bias: takeAs(site, 'bias', filters, 'bias') }) };
  return made(
    site,
    { type: 'conv1d', filters, kernelSize, stride, dilation, groups, padding: ends, tensors },
    { features: filters, ...after(site, around, stride, ends) },
  );
}

/** `(a, b, c)` → `(a, c, b)`. */
function swapLast({ shape, data }: TensorSpec): TensorSpec {
  const [a = 0, b = 0, c = 0] = shape;
  const swapped = new Float32Array(data.length);
  let to = 0;
  for (let i = 0; i < a; i++) {
    for (let k = 0; k < c; k++) {
      for (let j = 0; j < b; j++) swapped[to++] = data[(i * b + j) * c + k] as number;
    }
  }
  return { shape: [a, c, b], data: swapped };
}

export function pool(layer: Full<PyTorchMaxPool1d> | Full<PyTorchAvgPool1d>, site: Site): Made {
  const { kernelSize, stride = kernelSize, padding, ceilMode: ceil } = layer;
  const { where, name, taker } = site;
  needSequence(site, 'a pooling layer');
  const max = layer.type === 'max_pool1d';
  const dilation = max ? layer.dilation : 1;
  const around = dilation * (kernelSize - 1);
  if (padding > kernelSize / 2) refuse(where, 'too much padding', 'at most half of kernelSize', String(padding));
  if (layer.stride === undefined)
    taker.report.defaulted(name, 'stride', stride, "nn.MaxPool1d's and nn.AvgPool1d's default: kernelSize");
  const ends = [padding, padding] as const;
  return made(
    site,
    {
      type: max ? 'max_pool1d' : 'average_pool1d',
      poolSize: kernelSize,
      stride,
      padding: ends,
      ...(max ? { dilation } : { countPadding: layer.countIncludePad }),
      ceil,
    },
    after(site, around, stride, ends, ceil),
  );
}

/** Timesteps behind a window that spans `around` more than one. */
function after(
  { from: { time }, where }: Site,
  around: number,
  stride: number,
  [before, behind]: Extract<PaddingSpec, readonly number[]>,
  ceil = false,
): { time?: number } {
  if (time === undefined) return {};
  const room = time + before + behind - around - 1;
  if (room < 0)
    refuse(where, 'a window longer than the sequence', `at most ${time} timesteps with padding`, String(around + 1));
  if (!ceil) return { time: Math.floor(room / stride) + 1 };
  // No window begins behind the sequence.
  return { time: Math.min(Math.ceil(room / stride), Math.floor((time + before - 1) / stride)) + 1 };
}

/** A vector of fixed length: of a sequence as it is, or of its features one after another. */
export function flatten({ channelsFirst }: Full<PyTorchFlatten>, site: Site): Made {
  const { name, where } = site;
  const { time, features, kind } = site.from;
  if (kind === 'vector') return made(site, { type: 'reshape', shape: [features] });
  if (time === undefined) refuse(where, 'flatten of any number of timesteps', 'config.timesteps', 'nothing');
  const turned = channelsFirst ? made({ ...site, name: `${name}_channels` }, { type: 'transpose' }) : undefined;
  const size = time * features;
  const from = turned?.flow ?? site.from;
  const flat = made({ ...site, from }, { type: 'reshape', shape: [size] }, { kind: 'vector', features: size });
  return { nodes: [...(turned?.nodes ?? []), ...flat.nodes], flow: flat.flow };
}
