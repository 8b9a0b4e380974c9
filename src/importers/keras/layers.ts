import type { PaddingSpec } from '../../spec.js';
import { show } from '../formats/json.js';
import { turned } from '../formats/matrix.js';
import { activation } from './activations.js';
import { type Build, type Flow, fixedSteps, sequence, shaped } from './build.js';
import { Config } from './config.js';
import { bidirectional, recurrent } from './recurrent.js';
import { NeedsIds, refuse } from './refuse.js';
import { entryOf, type LayerEntry, type Stored } from './weights.js';

/** A layer applied to values. */
export interface Call {
  readonly build: Build;
  readonly config: Config;
  readonly entry: LayerEntry;
  /** Wanted for the node. */
  readonly name: string;
  readonly inputs: readonly Flow[];
  readonly arrays: readonly Stored[];
}

type Layer = (call: Call) => Flow[];

const only = ({ config, inputs }: Call): Flow => {
  if (inputs.length !== 1) refuse(config.where, 'wrong number of inputs', '1', `${inputs.length}`);
  const { input: _, ...x } = inputs[0] as Flow;
  return x;
};
/** Without the mask: layers that do not hand it on. */
const unmasked = ({ mask: _, ...x }: Flow): Flow => x;
/** Where Keras drops or reads the mask in a way of its own. */
const needsNoMask = (where: string, x: Flow): void => {
  if (x.mask) refuse(where, 'a masked input', 'one without a mask');
};
const after = (call: Call, x: Flow, key = 'activation'): Flow[] => {
  const found = activation(call.config, key, 'linear', call.build.dialect);
  const { input: _, ...y } = call.build.activate(x, `${call.name}.${key}`, found);
  return [y];
};

const identity: Layer = (call) => [only(call)];

const dense: Layer = (call) => {
  const { build, config, entry, name, arrays } = call;
  const x = only(call);
  const units = config.size('units');
  const bias = config.flag('use_bias', true);
  const [kernel, b] = arrays as [Stored, Stored | undefined];
  shaped(config.where, kernel, [x.features, units]);
  const weight = build.tensor(
    kernel,
    `${entry.name}.weight`,
    [units, x.features],
    'transposed: one row per output',
    (data) => turned(data, x.features, units),
  );
  if (b) shaped(config.where, b, [units]);
  const tensors = {
    weight,
    ...(bias && b && { bias: build.tensor(b, `${entry.name}.bias`, [units], 'one per output') }),
  };
  return after(call, {
    ...x,
    name: build.add(name, { type: 'dense', inputs: [x.name], units, tensors }),
    features: units,
  });
};

const embedding: Layer = ({ build, config, entry, name, inputs, arrays }) => {
  const [x] = inputs as [Flow];
  if (!x.ids) {
    if (x.input) throw new NeedsIds(x.input);
    refuse(config.where, 'token ids that are worked out', 'an input of the model');
  }
  const features = config.size('output_dim');
  const maskZero = config.flag('mask_zero', false);
  const [table] = arrays as [Stored];
  shaped(config.where, table, [undefined, features]);
  const weight = build.tensor(table, `${entry.name}.weight`, table.shape, 'one row per token id');
  const made = build.add(name, {
    type: 'embedding',
    inputs: [x.name],
    tensors: { weight },
    ...(maskZero && { maskZero }),
  });
  return [
    {
      name: made,
      kind: x.kind,
      features,
      time: x.time,
      ...(x.fixed && { fixed: true }),
      mask: maskZero ? made : x.mask,
    },
  ];
};

const masking: Layer = (call) => {
  const x = sequence(call.config.where, only(call));
  const made = call.build.add(call.name, {
    type: 'masking',
    inputs: [x.name],
    maskValue: call.config.number('mask_value', 0),
  });
  return [{ ...x, name: made, mask: made }];
};

/** Timesteps that a window leaves, where the number before is known. */
const windowed = (time: number | undefined, span: number, stride: number, padding: PaddingSpec): number | undefined => {
  if (time === undefined) return undefined;
  if (typeof padding === 'string') return Math.ceil(time / stride);
  return Math.floor((time + padding[0] + padding[1] - span) / stride) + 1;
};

const conv1d: Layer = (call) => {
  const { build, config, entry, name, arrays } = call;
  const x = sequence(config.where, only(call));
  const filters = config.size('filters');
  const kernelSize = config.one('kernel_size');
  const stride = config.one('strides', 1);
  const dilation = config.one('dilation_rate', 1);
  const groups = config.has('groups') ? config.size('groups') : 1;
  config.ignore('groups', 'rank');
  const bias = config.flag('use_bias', true);
  const mode = config.choice('padding', ['valid', 'same', 'causal'], 'valid');
  const span = dilation * (kernelSize - 1) + 1;
  if (span === 1 && stride === 1) needsNoMask(config.where, x);
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
  const made = build.add(name, {
    type: 'conv1d',
    inputs: [x.name],
    filters,
    kernelSize,
    stride,
    dilation,
    groups,
    padding,
    tensors,
  });
  return after(call, { ...unmasked(x), name: made, features: filters, time: windowed(x.time, span, stride, padding) });
};

const pooling =
  (type: 'max_pool1d' | 'average_pool1d'): Layer =>
  (call) => {
    const { build, config, name } = call;
    const x = sequence(config.where, only(call));
    const poolSize = config.one('pool_size', 2);
    const stride = config.has('strides') ? config.one('strides') : poolSize;
    config.ignore('strides');
    const padding: PaddingSpec =
      config.choice('padding', ['valid', 'same'], 'valid') === 'same' ? 'same_upper' : [0, 0];
    const made = build.add(name, { type, inputs: [x.name], poolSize, stride, padding });
    return [{ ...unmasked(x), name: made, time: windowed(x.time, poolSize, stride, padding) }];
  };

const globalPooling =
  (operation: 'mean' | 'max'): Layer =>
  (call) => {
    const { build, config, name } = call;
    const x = sequence(config.where, only(call));
    const keep = config.flag('keepdims', false);
    const masked = operation === 'mean' && x.mask !== undefined;
    const made = build.add(name, {
      type: 'reduce',
      inputs: [x.name],
      operation,
      axis: 'time',
      ...(masked && { masked }),
    });
    if (!keep) return [{ name: made, kind: 'vector', features: x.features }];
    const one = build.add(`${name}.time`, { type: 'reshape', inputs: [made], shape: [1, x.features] });
    return [{ name: one, kind: 'sequence', features: x.features, time: 1, fixed: true }];
  };

const rankOf = (x: Flow): number => (x.kind === 'sequence' ? 3 : 2);

/** The layer's arrays one after another, each a vector with one number per feature. */
const vectors = ({ build, config, entry, arrays }: Call, features: number): ((field: string) => string) => {
  const left = [...arrays];
  return (field) => {
    const stored = left.shift() as Stored;
    shaped(config.where, stored, [features]);
    return build.tensor(stored, `${entry.name}.${field}`, [features], 'one per feature');
  };
};

const batchNorm: Layer = (call) => {
  const { build, config, name } = call;
  const x = only(call);
  config.lastAxis('axis', rankOf(x));
  const [scale, center] = [config.flag('scale', true), config.flag('center', true)];
  const take = vectors(call, x.features);
  const tensors = {
    ...(scale && { gamma: take('gamma') }),
    ...(center && { beta: take('beta') }),
    mean: take('mean'),
    variance: take('variance'),
  };
  return [
    {
      ...x,
      name: build.add(name, { type: 'batch_norm', inputs: [x.name], epsilon: config.number('epsilon', 1e-3), tensors }),
    },
  ];
};

const layerNorm: Layer = (call) => {
  const { build, config, name } = call;
  const x = only(call);
  config.lastAxis('axis', rankOf(x));
  const [scale, center] = [config.flag('scale', true), config.flag('center', true)];
  const take = vectors(call, x.features);
  const tensors = { ...(scale && { gamma: take('gamma') }), ...(center && { beta: take('beta') }) };
  return [
    {
      ...x,
      name: build.add(name, { type: 'layer_norm', inputs: [x.name], epsilon: config.number('epsilon', 1e-3), tensors }),
    },
  ];
};

const asVector = (build: Build, where: string, x: Flow, wanted: string): Flow => {
  const { mask: _, time: __, fixed: ___, ...rest } = x;
  if (x.kind === 'vector') return rest;
  const features = fixedSteps(where, x) * x.features;
  return {
    ...rest,
    kind: 'vector',
    features,
    name: build.add(wanted, { type: 'reshape', inputs: [x.name], shape: [features] }),
  };
};

const reshape: Layer = (call) => {
  const { build, config, name } = call;
  const x = only(call);
  const total = fixedSteps(config.where, x) * x.features;
  const raw = config.raw('target_shape');
  const target = Array.isArray(raw) ? [...(raw as number[])] : [Number.NaN];
  const open = target.indexOf(-1);
  if (open >= 0) target[open] = total / target.reduce((a, b, i) => (i === open ? a : a * b), 1);
  const fits =
    target.length >= 1 &&
    target.length <= 2 &&
    target.every((n) => Number.isSafeInteger(n) && n > 0) &&
    target.reduce((a, b) => a * b, 1) === total;
  if (!fits) refuse(config.where, 'target_shape is not honoured', `one or two sizes of ${total} numbers`, show(raw));
  const [time, features] = target.length === 2 ? (target as [number, number]) : [undefined, target[0] as number];
  const shape = time === undefined ? ([features] as const) : ([time, features] as const);
  const made = build.add(name, { type: 'reshape', inputs: [x.name], shape });
  return [
    time === undefined
      ? { name: made, kind: 'vector', features }
      : { name: made, kind: 'sequence', features, time, fixed: true },
  ];
};

const permute: Layer = (call) => {
  const { build, config, name } = call;
  const x = sequence(config.where, only(call));
  const dims = `${config.raw('dims')}`;
  if (dims === '1,2') return [unmasked(x)];
  if (dims !== '2,1') refuse(config.where, 'dims is not honoured', '(2, 1)', dims);
  const time = fixedSteps(config.where, x);
  return [
    {
      name: build.add(name, { type: 'transpose', inputs: [x.name] }),
      kind: 'sequence',
      features: time,
      time: x.features,
      fixed: true,
    },
  ];
};

const both = (config: Config, key: string): [number, number] => {
  const raw = config.raw(key);
  const pair = Array.isArray(raw) ? (raw.length === 1 ? [raw[0], raw[0]] : raw) : [raw, raw];
  if (pair.length !== 2 || pair.some((n) => !Number.isSafeInteger(n) || n < 0))
    refuse(config.where, `${key} is not honoured`, 'a size or two', show(raw));
  return pair as [number, number];
};

/** Keras 2 masks a merged value where any input is masked, Keras 3 where all are; values of one mask need no such rule. */
function mergedMask({ build, config, inputs, entry }: Call): string | undefined {
  const masks = new Set(inputs.map((x) => x.mask));
  if (masks.size === 1) {
    const [mask] = masks;
    if (mask && entry.className === 'Multiply' && build.dialect === 'keras2')
      refuse(
        config.where,
        'a product of masked values, whose masked timesteps Keras 2 and 3 treat differently',
        'values without a mask',
      );
    return mask;
  }
  if (build.dialect === 'keras2')
    refuse(
      config.where,
      'merges values that are masked differently, which Keras 2 and 3 treat differently',
      'one mask, or none',
    );
  return masks.has(undefined) ? undefined : `${entry.name}.mask`;
}

const merge =
  (type: 'add' | 'subtract' | 'multiply' | 'average' | 'maximum' | 'minimum'): Layer =>
  (call) => {
    const { build, inputs, name, config } = call;
    if (inputs.length < 2) refuse(config.where, 'nothing to merge', 'two or more inputs', `${inputs.length}`);
    const mask = mergedMask(call);
    const wide = inputs.find((x) => x.kind === 'sequence') ?? (inputs[0] as Flow);
    const features = Math.max(...inputs.map((x) => x.features));
    const made = build.add(name, { type, inputs: inputs.map((x) => x.name) });
    const { input: _, ...rest } = wide;
    return [{ ...rest, name: made, features, mask }];
  };

const concatenate: Layer = (call) => {
  const { build, config, inputs, name } = call;
  const [first] = inputs as [Flow];
  const rank = rankOf(first);
  const raw = config.raw('axis') ?? -1;
  const axis = typeof raw === 'number' && raw < 0 ? raw + rank : raw;
  const { input: _, ...rest } = first;
  if (axis === rank - 1) {
    const features = inputs.reduce((sum, x) => sum + x.features, 0);
    return [
      {
        ...rest,
        mask: mergedMask(call),
        features,
        name: build.add(name, { type: 'concatenate', inputs: inputs.map((x) => x.name) }),
      },
    ];
  }
  if (axis !== 1 || rank !== 3)
    refuse(config.where, 'axis is not honoured', 'the features, or the time of sequences', show(raw));
  for (const x of inputs) needsNoMask(config.where, x);
  // Two times that depend on the run cannot be joined: those of the file's shapes can.
  const time = inputs.reduce((sum, x) => sum + fixedSteps(config.where, x), 0);
  return [
    {
      ...rest,
      time,
      fixed: true,
      name: build.add(name, { type: 'concatenate', axis: 'time', inputs: inputs.map((x) => x.name) }),
    },
  ];
};

const dot: Layer = ({ build, config, inputs, name }) => {
  const { where } = config;
  const [a, b] = inputs as [Flow, Flow];
  const raw = config.raw('axes');
  const [i, j] = (Array.isArray(raw) ? raw : [raw, raw]).map((axis, index) =>
    axis < 0 ? axis + rankOf(inputs[index] as Flow) : axis,
  ) as [number, number];
  config.flag('normalize', false);
  for (const x of [a, b]) needsNoMask(where, x);
  if (a.kind === 'vector' && b.kind === 'vector' && i === 1 && j === 1) {
    const product = build.add(`${name}.product`, { type: 'multiply', inputs: [a.name, b.name] });
    return [
      {
        name: build.add(name, { type: 'reduce', inputs: [product], operation: 'sum', axis: 'features' }),
        kind: 'vector',
        features: 1,
      },
    ];
  }
  if (a.kind !== 'sequence' || b.kind !== 'sequence' || ![1, 2].includes(i) || ![1, 2].includes(j))
    refuse(where, 'axes are not honoured', 'two sequences, or two vectors', show(raw));
  const time = fixedSteps(where, b);
  let left = a;
  if (i === 1) {
    const steps = fixedSteps(where, a);
    left = {
      ...a,
      name: build.add(`${name}.transposed`, { type: 'transpose', inputs: [a.name] }),
      features: steps,
      time: a.features,
      fixed: true,
    };
  }
  const features = j === 2 ? time : b.features;
  const { input: _, ...rest } = left;
  return [
    { ...rest, features, name: build.add(name, { type: 'matmul', inputs: [left.name, b.name], transposeB: j === 2 }) },
  ];
};

const relu: Layer = (call) => {
  const { build, config, name } = call;
  const x = only(call);
  const scalar = (key: string): number | undefined => {
    const raw = config.raw(key);
    const value = Array.isArray(raw) && raw.length === 1 ? raw[0] : raw;
    if (value !== undefined && value !== null && typeof value !== 'number')
      refuse(config.where, `${key} is not honoured`, 'a number', show(raw));
    return value ?? undefined;
  };
  const [most, slope = 0, threshold = 0] = [scalar('max_value'), scalar('negative_slope'), scalar('threshold')];
  if (threshold !== 0 && (most !== undefined || slope !== 0))
    refuse(config.where, 'threshold together with max_value or negative_slope', 'one of them', `${threshold}`);
  if (most !== undefined && slope !== 0)
    refuse(config.where, 'max_value together with negative_slope', 'one of them', `${most}`);
  if (threshold !== 0) return [build.activate(x, name, { type: 'thresholded_relu', alpha: threshold })];
  if (most !== undefined) return [build.activate(x, name, { type: 'clip', alpha: 0, beta: most })];
  return [build.activate(x, name, slope === 0 ? 'relu' : { type: 'leaky_relu', alpha: slope })];
};

const normalization: Layer = (call) => {
  const { build, config, entry, name, arrays } = call;
  const x = only(call);
  needsNoMask(config.where, x);
  const axis = config.raw('axis');
  const at = Array.isArray(axis) ? (axis.length === 1 ? axis[0] : Number.NaN) : axis;
  if (at !== undefined && at !== -1 && at !== rankOf(x) - 1)
    refuse(config.where, 'axis is not honoured', '-1, the features', show(axis));
  const read = (key: string, index: number): Stored => {
    const given = config.raw(key);
    const flat = Array.isArray(given)
      ? (given.flat(Infinity) as number[])
      : typeof given === 'number'
        ? [given]
        : undefined;
    const stored = flat
      ? { name: `config ${key}`, shape: [flat.length], data: Float32Array.from(flat) }
      : (arrays[index] as Stored);
    if (stored?.data.length !== x.features && stored?.data.length !== 1)
      refuse(config.where, `${key} has the wrong size`, `${x.features}`, `${stored?.data.length}`);
    return stored;
  };
  const [mean, variance] = [read('mean', 0), read('variance', 1)];
  const at_ = ({ data }: Stored, j: number): number => data[data.length === 1 ? 0 : j] as number;
  // Keras divides by max(sqrt(variance), 1e-7).
  const divisor = (j: number): number => Math.max(Math.sqrt(at_(variance, j)), 1e-7);
  const n = x.features;
  const scale = build.tensor(variance, `${entry.name}.scale`, [n], '1 / max(sqrt(variance), 1e-7)', () =>
    Float32Array.from({ length: n }, (_, j) => 1 / divisor(j)),
  );
  const shift = build.tensor(mean, `${entry.name}.shift`, [n], '-mean / max(sqrt(variance), 1e-7)', () =>
    Float32Array.from({ length: n }, (_, j) => -at_(mean, j) / divisor(j)),
  );
  return [{ ...x, name: build.add(name, { type: 'scale_shift', inputs: [x.name], tensors: { scale, shift } }) }];
};

const simple =
  (make: (config: Config) => Parameters<Build['activate']>[2]): Layer =>
  (call) => [call.build.activate(only(call), call.name, make(call.config))];

const slope = (config: Config): number =>
  config.has('alpha') ? config.number('alpha') : config.number('negative_slope', 0.3);

/** A layer wrapped to work at every timestep: those that do so anyhow. */
const timeDistributed: Layer = (call) => {
  const { build, config } = call;
  const inner = entryOf(config.where, config.inner('layer'));
  const same = [
    'Dense',
    'Activation',
    'Dropout',
    'LayerNormalization',
    'BatchNormalization',
    'LeakyReLU',
    'ReLU',
    'ELU',
    'PReLU',
    'Softmax',
    'Rescaling',
  ];
  sequence(config.where, only(call));
  if (!same.includes(inner.className))
    refuse(config.where, 'a wrapped layer that is not honoured', same.join(', '), inner.className);
  const own = new Config(`${config.where}, wrapped`, call.entry.name, inner.config, build.reporter);
  // What is wrapped counts its axes without the time.
  if (inner.className.endsWith('Normalization') && own.raw('axis') === 1)
    refuse(config.where, 'axis is not honoured', '-1', '1');
  const made = (LAYERS[inner.className] as Layer)({ ...call, config: own, entry: { ...inner, name: call.entry.name } });
  own.finish();
  return made;
};

export const LAYERS: Readonly<Record<string, Layer>> = {
  LSTM: recurrent,
  GRU: recurrent,
  SimpleRNN: recurrent,
  CuDNNLSTM: recurrent,
  CuDNNGRU: recurrent,
  RNN: recurrent,
  Bidirectional: bidirectional,
  TimeDistributed: timeDistributed,
  Dense: dense,
  Embedding: embedding,
  Masking: masking,
  Conv1D: conv1d,
  MaxPooling1D: pooling('max_pool1d'),
  AveragePooling1D: pooling('average_pool1d'),
  GlobalMaxPooling1D: globalPooling('max'),
  GlobalAveragePooling1D: globalPooling('mean'),
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  Dropout: identity,
  SpatialDropout1D: identity,
  GaussianDropout: identity,
  GaussianNoise: identity,
  AlphaDropout: identity,
  ActivityRegularization: (call) => {
    call.config.ignore('l1', 'l2');
    return [only(call)];
  },
  Flatten: (call) => [asVector(call.build, call.config.where, only(call), call.name)],
  Reshape: reshape,
  Permute: permute,
  RepeatVector: (call) => {
    const x = only(call);
    const time = call.config.size('n');
    if (x.kind !== 'vector')
      refuse(call.config.where, 'its input has timesteps', '(batch, features)', '(batch, time, features)');
    return [
      {
        name: call.build.add(call.name, { type: 'repeat', inputs: [x.name], count: time }),
        kind: 'sequence',
        features: x.features,
        time,
        fixed: true,
      },
    ];
  },
  UpSampling1D: (call) => {
    const x = unmasked(sequence(call.config.where, only(call)));
    const count = call.config.one('size', 2);
    return [
      {
        ...x,
        time: x.time && x.time * count,
        name: call.build.add(call.name, { type: 'repeat', inputs: [x.name], count }),
      },
    ];
  },
  ZeroPadding1D: (call) => {
    const x = unmasked(sequence(call.config.where, only(call)));
    const [before, after] = both(call.config, 'padding');
    const name = call.build.add(call.name, {
      type: 'pad',
      inputs: [x.name],
      axis: 'time',
      before,
      after,
      mode: 'constant',
    });
    return [{ ...x, name, time: x.time && x.time + before + after }];
  },
  Cropping1D: (call) => {
    const x = unmasked(sequence(call.config.where, only(call)));
    const [start, drop] = both(call.config, 'cropping');
    return [
      {
        ...x,
        name: call.build.add(call.name, { type: 'slice', inputs: [x.name], axis: 'time', start, drop }),
        time: x.time && x.time - start - drop,
      },
    ];
  },
  Activation: (call) => after(call, only(call)),
  LeakyReLU: simple((config) => ({ type: 'leaky_relu', alpha: slope(config) })),
  ELU: simple((config) => ({ type: 'elu', alpha: config.number('alpha', 1) })),
  ThresholdedReLU: simple((config) => ({ type: 'thresholded_relu', alpha: config.number('theta', 1) })),
  ReLU: relu,
  PReLU: (call) => {
    const { build, config, entry, name, arrays } = call;
    const x = only(call);
    const shared = config.raw('shared_axes');
    const [alpha] = arrays as [Stored];
    const expected = x.kind === 'vector' ? [x.features] : [1, x.features];
    if (x.kind === 'sequence' && `${shared}` !== '1')
      refuse(config.where, 'a slope per timestep', 'shared_axes [1]', show(shared));
    shaped(config.where, alpha, expected);
    const tensor = build.tensor(alpha, `${entry.name}.alpha`, [x.features], 'one per feature');
    return [{ ...x, name: build.add(name, { type: 'prelu', inputs: [x.name], tensors: { alpha: tensor } }) }];
  },
  Softmax: (call) => {
    const x = only(call);
    call.config.lastAxis('axis', rankOf(x));
    needsNoMask(call.config.where, x);
    return [call.build.activate(x, call.name, 'softmax')];
  },
  Add: merge('add'),
  Subtract: merge('subtract'),
  Multiply: merge('multiply'),
  Average: merge('average'),
  Maximum: merge('maximum'),
  Minimum: merge('minimum'),
  Concatenate: concatenate,
  Dot: dot,
  Normalization: normalization,
  Rescaling: (call) => {
    const x = only(call);
    needsNoMask(call.config.where, x);
    const [alpha, beta] = [call.config.number('scale'), call.config.number('offset', 0)];
    return [call.build.activate(x, call.name, { type: 'affine', alpha, beta })];
  },
};
