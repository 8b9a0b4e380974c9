import { show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import { type Build, shaped } from '../build.js';
import type { Config } from '../config.js';
import type { Stored } from '../files/stored.js';
import { after, type Layer, needsNoMask, only, ownRank } from './layer.js';

const relu: Layer = (call) => {
  const { build, config, name } = call;
  const x = build.rules.reluHandsMaskOn ? only(call) : build.unmasked(only(call));
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

const simple =
  (make: (config: Config) => Parameters<Build['activate']>[2]): Layer =>
  (call) => [call.build.activate(only(call), call.name, make(call.config))];

const slope = (config: Config): number =>
  config.has('alpha') ? config.number('alpha') : config.number('negative_slope', 0.3);

/** Layers that are an activation, with its parameters. */
export const ACTIVATING: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
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
    const single = ownRank(call, x) === 2;
    const expected = single ? [x.features] : [1, x.features];
    if (!single && `${shared}` !== '1') refuse(config.where, 'a slope per timestep', 'shared_axes [1]', show(shared));
    shaped(config.where, alpha, expected);
    const tensor = build.tensor(alpha, `${entry.name}.alpha`, [x.features], 'one per feature');
    return [{ ...x, name: build.add({ type: 'prelu', inputs: [x.name], tensors: { alpha: tensor } }, name) }];
  },
  Softmax: (call) => {
    const x = only(call);
    call.config.lastAxis('axis', ownRank(call, x));
    needsNoMask(call.config.where, x);
    return [call.build.activate(x, call.name, 'softmax')];
  },
};
