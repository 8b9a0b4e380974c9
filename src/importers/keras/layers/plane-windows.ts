import type { TwoSizes } from '../../../spec.js';
import { show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import { sequence } from '../build.js';
import type { Config } from '../config.js';
import { advanced } from '../times.js';
import { type Layer, only } from './layer.js';
import { flowOf, plane } from './plane.js';
import { conv2d, convTranspose2d, depthwise } from './plane-convolutions.js';
import { paddingOf, sizes, through } from './plane-window.js';

const pooling2d =
  (type: 'max_pool2d' | 'average_pool2d'): Layer =>
  (call) => {
    const { build, config, name } = call;
    const x = plane(call);
    const size = sizes(call, 'pool_size', 2);
    const pools = config.has('strides') ? sizes(call, 'strides') : size;
    config.ignore('strides');
    const stride: TwoSizes = call.wrapped ? [1, pools[1]] : pools;
    const padding = paddingOf(call, size);
    const made = build.add({ type, inputs: [x.name], channels: x.channels, poolSize: size, stride, padding }, name);
    return [through(x, { size, stride, dilation: [1, 1], padding }, made, x.channels, config.where)];
  };

/** Over the frequencies of each frame; then over time, unless it is wrapped. */
const globalPooling2d =
  (type: 'max_pool2d' | 'average_pool2d'): Layer =>
  (call) => {
    const { build, config, name, wrapped } = call;
    const x = plane(call);
    if (config.flag('keepdims', false)) refuse(config.where, 'keepdims is not honoured', 'false', 'true');
    const { channels, frequencies } = x;
    const across = { type, inputs: [x.name], channels, poolSize: [1, frequencies], stride: [1, 1] } as const;
    const pooled = build.add(across, wrapped ? name : `${name}.frequency`);
    if (wrapped) return [flowOf(x, pooled, [undefined, channels])];
    const operation = type === 'max_pool2d' ? 'max' : 'mean';
    const made = build.add({ type: 'reduce', inputs: [pooled], operation, axis: 'time' }, name);
    return [{ name: made, kind: 'vector', features: channels }];
  };

type Ends = readonly [number, number];

/** `n`, `(n, m)` or `((a, b), (c, d))`; of a layer of one axis `n` or `(a, b)`. */
function ends(config: Config, key: string, wrapped: boolean | undefined): readonly [Ends, Ends] {
  const raw = config.raw(key);
  const one = (value: unknown): unknown => (Array.isArray(value) ? value : [value, value]);
  const both = wrapped ? [[0, 0], one(raw)] : Array.isArray(raw) ? raw.map(one) : [one(raw), one(raw)];
  const isEnds = (value: unknown): boolean =>
    Array.isArray(value) && value.length === 2 && value.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (both.length !== 2 || !both.every(isEnds))
    refuse(config.where, `${key} is not honoured`, 'a size, one for each axis, or two for each', show(raw));
  return both as [Ends, Ends];
}

const zeroPadding: Layer = (call) => {
  const { build, config, name } = call;
  const x = plane(call);
  const [time, frequency] = ends(config, 'padding', call.wrapped);
  const zeros = (of: string, axis: 'time' | 'features', [before, after]: Ends, wanted: string): string => {
    if (before + after === 0) return of;
    const channels = axis === 'features' ? { channels: x.channels } : {};
    return build.add({ type: 'pad', inputs: [of], axis, before, after, mode: 'constant', ...channels }, wanted);
  };
  const early = zeros(x.name, 'time', time, `${name}.time`);
  const made = zeros(early, 'features', frequency, name);
  const longer = { ...x, time: advanced(x.time, { mul: 1, add: time[0] + time[1], div: 1 }) };
  return [flowOf(longer, made, [x.frequencies + frequency[0] + frequency[1], x.channels])];
};

const cropping: Layer = (call) => {
  const { build, config, name } = call;
  const x = plane(call);
  const { channels } = x;
  const [time, [start, drop]] = ends(config, 'cropping', call.wrapped);
  let of = x.name;
  if (time[0] + time[1] > 0)
    of = build.add({ type: 'slice', inputs: [of], axis: 'time', start: time[0], drop: time[1] }, `${name}.time`);
  if (start + drop > 0) of = build.add({ type: 'slice', inputs: [of], axis: 'features', start, drop, channels }, name);
  const shorter = { ...x, time: advanced(x.time, { mul: 1, add: -time[0] - time[1], div: 1 }) };
  return [flowOf(shorter, of, [x.frequencies - start - drop, channels])];
};

const upSampling: Layer = (call) => {
  const { build, config, name } = call;
  const x = plane(call);
  const { channels } = x;
  const [count, factor] = sizes(call, 'size', 2);
  if (!call.wrapped) config.choice('interpolation', ['nearest'], 'nearest');
  const across =
    factor === 1
      ? x.name
      : build.add({ type: 'upsample_frequency', inputs: [x.name], channels, factor }, `${name}.frequency`);
  const made = count === 1 ? across : build.add({ type: 'repeat', inputs: [across], count }, name);
  return [
    flowOf({ ...x, time: advanced(x.time, { mul: count, add: 0, div: 1 }) }, made, [x.frequencies * factor, channels]),
  ];
};

/** A layer over time alone, as one over rows of one frequency. */
const alongTime =
  (layer: Layer): Layer =>
  (call) => {
    const { build, config } = call;
    const x = build.unmasked(sequence(config.where, only(call)));
    return layer({ ...call, alongTime: true, inputs: [{ ...x, frequencies: 1 }] }).map(
      ({ frequencies: _, ...made }) => made,
    );
  };

/** Layers over time that are made of those over both axes. */
export const TIME_WINDOWS: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
  DepthwiseConv1D: alongTime(depthwise(false)),
  SeparableConv1D: alongTime(depthwise(true)),
  Conv1DTranspose: alongTime(convTranspose2d),
};

/** Layers over time and frequency that there are for such values alone. */
export const PLANE_WINDOWS: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
  Conv2D: conv2d,
  DepthwiseConv2D: depthwise(false),
  SeparableConv2D: depthwise(true),
  Conv2DTranspose: convTranspose2d,
  MaxPooling2D: pooling2d('max_pool2d'),
  AveragePooling2D: pooling2d('average_pool2d'),
  GlobalMaxPooling2D: globalPooling2d('max_pool2d'),
  GlobalAveragePooling2D: globalPooling2d('average_pool2d'),
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  UpSampling2D: upSampling,
};

/** Layers over one axis as TimeDistributed applies them to the frequencies of each frame. */
export const WRAPPED_WINDOWS: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
  Conv1D: conv2d,
  DepthwiseConv1D: depthwise(false),
  SeparableConv1D: depthwise(true),
  MaxPooling1D: pooling2d('max_pool2d'),
  AveragePooling1D: pooling2d('average_pool2d'),
  GlobalMaxPooling1D: globalPooling2d('max_pool2d'),
  GlobalAveragePooling1D: globalPooling2d('average_pool2d'),
  ZeroPadding1D: zeroPadding,
  Cropping1D: cropping,
  UpSampling1D: upSampling,
};
