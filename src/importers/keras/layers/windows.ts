import { spanOf, windowStep } from '../../../graph/window-steps.js';
import type { PaddingSpec } from '../../../spec.js';
import { show } from '../../formats/json.js';
import { turned } from '../../formats/matrix.js';
import { refuse } from '../../shared/refuse.js';
import { type Sequence, sequence, shaped } from '../build.js';
import type { Config } from '../config.js';
import type { Stored } from '../files/stored.js';
import { advanced, sameInEveryRun } from '../times.js';
import { after, type Call, type Layer, only } from './layer.js';

/** Layers that look at timesteps hand no mask on. */
const withoutMask = (call: Call): Sequence => call.build.unmasked(sequence(call.config.where, only(call))) as Sequence;

const conv1d: Layer = (call) => {
  const { build, config, entry, name, arrays } = call;
  const x = withoutMask(call);
  const filters = config.size('filters');
  const kernelSize = config.single('kernel_size');
  const stride = config.single('strides', 1);
  const dilation = config.single('dilation_rate', 1);
  const groups = config.has('groups') ? config.size('groups') : 1;
  config.ignore('groups', 'rank');
  const bias = config.flag('use_bias', true);
  const mode = config.choice('padding', ['valid', 'same', 'causal'], 'valid');
  const span = spanOf(kernelSize, dilation);
  const padding: PaddingSpec = mode === 'same' ? 'same_upper' : mode === 'causal' ? [span - 1, 0] : [0, 0];
  const channels = x.features / groups;
  const [kernel, b] = arrays as [Stored, Stored | undefined];
  shaped(config.where, kernel, [kernelSize, channels, filters]);
  const weight = build.tensor(
    kernel,
    `${entry.name}.weight`,
    [filters, kernelSize, channels],
    '(kernel, channels, filters) transposed to (filters, kernel, channels)',
    (data) => turned(data, kernelSize * channels, filters),
  );
  if (b) shaped(config.where, b, [filters]);
  const tensors = {
    weight,
    ...(bias && b && { bias: build.tensor(b, `${entry.name}.bias`, [filters], 'one per filter') }),
  };
  const made = build.add(
    {
      type: 'conv1d',
      inputs: [x.name],
      filters,
      kernelSize,
      stride,
      dilation,
      groups,
      padding,
      tensors,
    },
    name,
  );
  return after(call, {
    ...x,
    name: made,
    features: filters,
    time: advanced(x.time, windowStep({ span, stride, padding })),
  });
};

const pooling =
  (type: 'max_pool1d' | 'average_pool1d'): Layer =>
  (call) => {
    const { build, config, name } = call;
    const x = withoutMask(call);
    const poolSize = config.single('pool_size', 2);
    const stride = config.has('strides') ? config.single('strides') : poolSize;
    config.ignore('strides');
    const padding: PaddingSpec =
      config.choice('padding', ['valid', 'same'], 'valid') === 'same' ? 'same_upper' : [0, 0];
    const made = build.add({ type, inputs: [x.name], poolSize, stride, padding }, name);
    return [{ ...x, name: made, time: advanced(x.time, windowStep({ span: poolSize, stride, padding })) }];
  };

const globalPooling =
  (operation: 'mean' | 'max'): Layer =>
  (call) => {
    const { build, config, name } = call;
    const x = sequence(config.where, only(call));
    const keep = config.flag('keepdims', false);
    const masked = operation === 'mean' && x.mask !== undefined;
    const made = build.add(
      {
        type: 'reduce',
        inputs: [x.name],
        operation,
        axis: 'time',
        ...(masked && { masked }),
      },
      name,
    );
    if (!keep) return [{ name: made, kind: 'vector', features: x.features }];
    const single = build.add({ type: 'reshape', inputs: [made], shape: [1, x.features] }, `${name}.time`);
    return [{ name: single, kind: 'sequence', features: x.features, time: sameInEveryRun(1) }];
  };

const both = (config: Config, key: string): [number, number] => {
  const raw = config.raw(key);
  const pair = Array.isArray(raw) ? (raw.length === 1 ? [raw[0], raw[0]] : raw) : [raw, raw];
  if (pair.length !== 2 || pair.some((n) => !Number.isSafeInteger(n) || n < 0))
    refuse(config.where, `${key} is not honoured`, 'a size or two', show(raw));
  return pair as [number, number];
};

/** Layers that look at, add or leave out timesteps. */
export const WINDOWS: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
  Conv1D: conv1d,
  MaxPooling1D: pooling('max_pool1d'),
  AveragePooling1D: pooling('average_pool1d'),
  GlobalMaxPooling1D: globalPooling('max'),
  GlobalAveragePooling1D: globalPooling('mean'),
  UpSampling1D: (call) => {
    const x = withoutMask(call);
    const count = call.config.single('size', 2);
    return [
      {
        ...x,
        time: advanced(x.time, { mul: count, add: 0, div: 1 }),
        name: call.build.add({ type: 'repeat', inputs: [x.name], count }, call.name),
      },
    ];
  },
  ZeroPadding1D: (call) => {
    const x = withoutMask(call);
    const [before, after] = both(call.config, 'padding');
    const name = call.build.add(
      {
        type: 'pad',
        inputs: [x.name],
        axis: 'time',
        before,
        after,
        mode: 'constant',
      },
      call.name,
    );
    return [{ ...x, name, time: advanced(x.time, { mul: 1, add: before + after, div: 1 }) }];
  },
  Cropping1D: (call) => {
    const x = withoutMask(call);
    const [start, drop] = both(call.config, 'cropping');
    return [
      {
        ...x,
        name: call.build.add({ type: 'slice', inputs: [x.name], axis: 'time', start, drop }, call.name),
        time: advanced(x.time, { mul: 1, add: -start - drop, div: 1 }),
      },
    ];
  },
};
