import { show } from '../formats/json.js';
import { shaped } from './build.js';
import { type Call, type Layer, needsNoMask, only, rankOf } from './layer.js';
import { refuse } from './refuse.js';
import type { Stored } from './weights.js';

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

export const NORMALIZING: Readonly<Record<string, Layer>> = {
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  Normalization: normalization,
  Rescaling: (call) => {
    const x = only(call);
    needsNoMask(call.config.where, x);
    const [alpha, beta] = [call.config.number('scale'), call.config.number('offset', 0)];
    return [call.build.activate(x, call.name, { type: 'affine', alpha, beta })];
  },
};
