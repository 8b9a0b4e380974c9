import { show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import { type Flow, shaped } from '../build.js';
import type { Stored } from '../files/stored.js';
import { type Call, type Layer, only, ownRank, rankOf } from './layer.js';

/** The layer's arrays one after another, each a vector with one number per feature. */
export const vectors = ({ build, config, entry, arrays }: Call, features: number): ((field: string) => string) => {
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
  config.lastAxis('axis', ownRank(call, x));
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
      name: build.add({ type: 'batch_norm', inputs: [x.name], epsilon: config.number('epsilon', 1e-3), tensors }, name),
    },
  ];
};

/** `x / sqrt(spread² + epsilon) · gamma`, with the root of the mean square, or the standard deviation, of the features as spread. */
const byRoot = (call: Call, spread: 'mean square' | 'variance', epsilon: number, gamma: string): Flow[] => {
  const { build, name } = call;
  const x = only(call);
  const mean = (of: string, wanted: string): string =>
    build.add({ type: 'reduce', inputs: [of], operation: 'mean', axis: 'features' }, wanted);
  const centred =
    spread === 'variance'
      ? build.add({ type: 'subtract', inputs: [x.name, mean(x.name, `${name}.mean`)] }, `${name}.centred`)
      : x.name;
  const squares = build.activate({ ...x, name: centred }, `${name}.squares`, 'square').name;
  const square: Flow = { ...x, name: mean(squares, `${name}.spread`), features: 1 };
  const sum = build.activate(square, `${name}.epsilon`, { type: 'affine', alpha: 1, beta: epsilon });
  const root = build.activate(sum, `${name}.root`, 'sqrt').name;
  const divided = build.add({ type: 'divide', inputs: [x.name, root] }, `${name}.divided`);
  return [{ ...x, name: build.add({ type: 'scale_shift', inputs: [divided], tensors: { scale: gamma } }, name) }];
};

/** It hands no mask on. */
const rmsNorm: Layer = (call) => {
  const x = call.build.unmasked(only(call));
  call.config.lastAxis('axis', ownRank(call, x));
  return byRoot(
    { ...call, inputs: [x] },
    'mean square',
    call.config.number('epsilon', 1e-6),
    vectors(call, x.features)('gamma'),
  );
};

const layerNorm: Layer = (call) => {
  const { build, config, name } = call;
  const x = only(call);
  config.lastAxis('axis', ownRank(call, x));
  if (config.flag('rms_scaling', false)) {
    // Named for the root of the mean square, but Keras divides by the standard deviation; there is no beta, whatever center says.
    config.ignore('scale', 'center');
    return byRoot(call, 'variance', config.number('epsilon', 1e-3), vectors(call, x.features)('gamma'));
  }
  const [scale, center] = [config.flag('scale', true), config.flag('center', true)];
  const take = vectors(call, x.features);
  const tensors = { ...(scale && { gamma: take('gamma') }), ...(center && { beta: take('beta') }) };
  return [
    {
      ...x,
      name: build.add({ type: 'layer_norm', inputs: [x.name], epsilon: config.number('epsilon', 1e-3), tensors }, name),
    },
  ];
};

const scaled = (call: Call): Flow =>
  call.build.rules.scalingHandsMaskOn ? only(call) : call.build.unmasked(only(call));

const normalization: Layer = (call) => {
  const { build, config, entry, name, arrays } = call;
  const x = scaled(call);
  const axis = config.raw('axis');
  const last = Array.isArray(axis) ? (axis.length === 1 ? axis[0] : Number.NaN) : axis;
  if (last !== undefined && last !== -1 && last !== rankOf(x) - 1)
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
  const element = ({ data }: Stored, j: number): number => data[data.length === 1 ? 0 : j] as number;
  // Keras divides by max(sqrt(variance), 1e-7).
  const divisor = (j: number): number => Math.max(Math.sqrt(element(variance, j)), 1e-7);
  const n = x.features;
  if (config.flag('invert', false)) {
    const scale = build.tensor(variance, `${entry.name}.scale`, [n], 'max(sqrt(variance), 1e-7)', () =>
      Float32Array.from({ length: n }, (_, j) => divisor(j)),
    );
    const shift = build.tensor(mean, `${entry.name}.shift`, [n], 'as it is', () =>
      Float32Array.from({ length: n }, (_, j) => element(mean, j)),
    );
    return [{ ...x, name: build.add({ type: 'scale_shift', inputs: [x.name], tensors: { scale, shift } }, name) }];
  }
  const scale = build.tensor(variance, `${entry.name}.scale`, [n], '1 / max(sqrt(variance), 1e-7)', () =>
    Float32Array.from({ length: n }, (_, j) => 1 / divisor(j)),
  );
  const shift = build.tensor(mean, `${entry.name}.shift`, [n], '-mean / max(sqrt(variance), 1e-7)', () =>
    Float32Array.from({ length: n }, (_, j) => -element(mean, j) / divisor(j)),
  );
  return [{ ...x, name: build.add({ type: 'scale_shift', inputs: [x.name], tensors: { scale, shift } }, name) }];
};

/** `scale·x + offset`, each one number or one per feature. */
const rescaling: Layer = (call) => {
  const { build, config, entry, name } = call;
  const x = scaled(call);
  const perFeature = (key: string): string | undefined => {
    const raw = config.raw(key);
    if (!Array.isArray(raw)) return undefined;
    if (raw.length !== x.features || !raw.every((number) => Number.isFinite(number)))
      refuse(config.where, `${key} is not honoured`, `a number, or ${x.features} of them`, show(raw));
    const stored = { name: `config ${key}`, shape: [raw.length], data: Float32Array.from(raw as number[]) };
    return build.tensor(stored, `${entry.name}.${key}`, [x.features], 'one per feature');
  };
  const [scale, shift] = [perFeature('scale'), perFeature('offset')];
  const alpha = scale === undefined ? config.number('scale') : 1;
  const beta = shift === undefined ? config.number('offset', 0) : 0;
  if (scale === undefined && shift === undefined) return [build.activate(x, name, { type: 'affine', alpha, beta })];
  // Scale first, offset then, in one node where both are per feature.
  const y = scale === undefined ? build.activate(x, `${name}.scale`, { type: 'affine', alpha, beta: 0 }) : x;
  const tensors = { ...(scale && { scale }), ...(shift && { shift }) };
  const made = build.add(
    { type: 'scale_shift', inputs: [y.name], tensors },
    shift === undefined && beta !== 0 ? `${name}.scale` : name,
  );
  return [build.activate({ ...y, name: made }, name, beta === 0 ? 'linear' : { type: 'affine', alpha: 1, beta })];
};

export const NORMALIZING: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  RMSNormalization: rmsNorm,
  Normalization: normalization,
  Rescaling: rescaling,
};
