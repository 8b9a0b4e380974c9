import { timesteps } from '../../../graph/clock.js';
import { spanOf, spreadStep } from '../../../graph/window-steps.js';
import { show } from '../../formats/json.js';
import { turned } from '../../formats/matrix.js';
import { refuse } from '../../shared/refuse.js';
import { shaped } from '../build.js';
import type { Stored } from '../files/stored.js';
import { advanced } from '../times.js';
import { after, type Call, type Layer } from './layer.js';
import { flowOf, plane } from './plane.js';
import { ownSizes, sizes, through, type Window, windowOf } from './plane-window.js';

/** Its bias, one number per filter. */
function biasOf({ build, config, entry }: Call, stored: Stored | undefined, filters: number): { bias?: string } {
  if (!config.flag('use_bias', true)) return {};
  shaped(config.where, stored as Stored, [filters]);
  return { bias: build.tensor(stored as Stored, `${entry.name}.bias`, [filters], 'one per filter') };
}

/** A kernel `(…taps, channels, filters)`, or of depthwise convolutions `(…taps, channels, multiplier)`. */
function weightOf(
  call: Call,
  kernel: Stored,
  { size }: Window,
  channels: number,
  filters: number,
  field = 'weight',
): string {
  const { build, config, entry } = call;
  const taps = size[0] * size[1];
  const depthwise = field.startsWith('depthwise');
  shaped(config.where, kernel, [...ownSizes(call, size), channels, depthwise ? filters / channels : filters]);
  const own = depthwise ? 1 : channels;
  const how = depthwise
    ? '(kernel, channels, multiplier) transposed to (channels and multiplier, kernel)'
    : '(kernel, channels, filters) transposed to (filters, kernel, channels)';
  return build.tensor(kernel, `${entry.name}.${field}`, [filters, ...size, own], how, (data) =>
    turned(data, taps * own, filters),
  );
}

/** Conv2D; Conv1D at every frame. */
export const conv2d: Layer = (call) => {
  const { build, config, name, arrays } = call;
  const x = plane(call);
  const { channels } = x;
  const filters = config.size('filters');
  const groups = config.has('groups') ? config.size('groups') : 1;
  config.ignore('groups', 'rank');
  const window = windowOf(call);
  const [kernel, b] = arrays as [Stored, Stored | undefined];
  const weight = weightOf(call, kernel, window, channels / groups, filters);
  const { size: kernelSize, stride, dilation, padding } = window;
  const tensors = { weight, ...biasOf(call, b, filters) };
  const node = {
    type: 'conv2d',
    inputs: [x.name],
    channels,
    filters,
    kernelSize,
    stride,
    dilation,
    groups,
    padding,
    tensors,
  } as const;
  return after(call, through(x, window, build.add(node, name), filters, config.where));
};

/** Each channel by itself; then, if it is a separable one, all of them at every place. */
export const depthwise =
  (isSeparable: boolean): Layer =>
  (call) => {
    const { build, config, entry, name, arrays } = call;
    const x = plane(call);
    const { channels } = x;
    const made = channels * config.size('depth_multiplier', 1);
    config.ignore('rank', 'groups');
    const window = windowOf(call);
    const [kernel, second, third] = arrays as [Stored, Stored, Stored | undefined];
    const weight = weightOf(call, kernel, window, channels, made, 'depthwise');
    const { size: kernelSize, stride, dilation, padding } = window;
    const tensors = { weight, ...(isSeparable ? {} : biasOf(call, second, made)) };
    const node = {
      type: 'conv2d',
      inputs: [x.name],
      channels,
      filters: made,
      kernelSize,
      stride,
      dilation,
      groups: channels,
      padding,
      tensors,
    } as const;
    const y = through(x, window, build.add(node, isSeparable ? `${name}.depthwise` : name), made, config.where);
    if (!isSeparable) return after(call, y);
    const filters = config.size('filters');
    shaped(config.where, second, [...ownSizes(call, [1, 1]), made, filters]);
    const mixed = {
      weight: build.tensor(
        second,
        `${entry.name}.pointwise`,
        [filters, 1, 1, made],
        '(channels, filters) transposed',
        (data) => turned(data, made, filters),
      ),
      ...biasOf(call, third, filters),
    };
    const mix = {
      type: 'conv2d',
      inputs: [y.name],
      channels: made,
      filters,
      kernelSize: [1, 1],
      tensors: mixed,
    } as const;
    const frequencies = y.frequencies as number;
    return after(call, { ...y, name: build.add(mix, name), features: frequencies * filters });
  };

/** Its output is `stride` times as long, and longer by what of the kernel goes beyond, unless the padding is `same`. */
export const convTranspose2d: Layer = (call) => {
  const { build, config, entry, name, arrays } = call;
  const x = plane(call);
  const { channels } = x;
  const filters = config.size('filters');
  const [kernelSize, stride, dilation] = [
    sizes(call, 'kernel_size'),
    sizes(call, 'strides', 1),
    sizes(call, 'dilation_rate', 1),
  ];
  if (config.raw('output_padding') !== undefined && config.raw('output_padding') !== null)
    refuse(config.where, 'output_padding is not honoured', 'none', show(config.raw('output_padding')));
  config.ignore('groups', 'rank');
  const same = config.choice('padding', ['valid', 'same'], 'valid') === 'same';
  const axes = ([0, 1] as const).map((axis) => {
    const over = spanOf(kernelSize[axis], dilation[axis]) - stride[axis];
    const cut = same ? Math.max(0, over) : 0;
    return { crop: [Math.floor(cut / 2), Math.ceil(cut / 2)] as const, outputPadding: Math.max(0, -over) };
  }) as unknown as readonly [Spread, Spread];
  const [kernel, b] = arrays as [Stored, Stored | undefined];
  shaped(config.where, kernel, [...ownSizes(call, kernelSize), filters, channels]);
  const taps = kernelSize[0] * kernelSize[1];
  const how = '(kernel, filters, channels) transposed to (filters, kernel, channels)';
  const weight = build.tensor(kernel, `${entry.name}.weight`, [filters, ...kernelSize, channels], how, (data) =>
    swapped(data, taps, filters, channels),
  );
  const made = build.add(
    {
      type: 'conv_transpose2d',
      inputs: [x.name],
      channels,
      filters,
      kernelSize,
      stride,
      dilation,
      crop: [axes[0].crop, axes[1].crop],
      outputPadding: [axes[0].outputPadding, axes[1].outputPadding],
      tensors: { weight, ...biasOf(call, b, filters) },
    },
    name,
  );
  const step = (axis: 0 | 1) =>
    spreadStep(spanOf(kernelSize[axis], dilation[axis]), stride[axis], axes[axis].crop, axes[axis].outputPadding);
  const frequencies = timesteps([step(1)], { time: x.frequencies });
  return after(call, flowOf({ ...x, time: advanced(x.time, step(0)) }, made, [frequencies, filters]));
};

interface Spread {
  readonly crop: readonly [number, number];
  readonly outputPadding: number;
}

/** `(a, b, block)` to `(b, a, block)`. */
function swapped(data: Float32Array, a: number, b: number, block: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      out.set(data.subarray((i * b + j) * block, (i * b + j + 1) * block), (j * a + i) * block);
  return out;
}
