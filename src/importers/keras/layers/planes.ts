import { tableOf } from '../../formats/record.js';
import { refuse } from '../../shared/refuse.js';
import { Config } from '../config.js';
import { entryOf } from '../entries.js';
import { ACTIVATING } from './activating.js';
import { channelsLast } from './channels-first.js';
import { convLstm } from './conv-lstm.js';
import { type Call, type Layer, only } from './layer.js';
import { NORMALIZING } from './normalizing.js';
import { plane } from './plane.js';
import { PLANE_NORMS } from './plane-norms.js';
import { bidirectionalOverFrequencies, recurrentOverFrequencies } from './plane-recurrent.js';
import { flattenFrames, PLANE_SHAPES, reshapeFrames } from './plane-shapes.js';
import { PLANE_WINDOWS, WRAPPED_WINDOWS } from './plane-windows.js';
import { SHAPES } from './shapes.js';

const identity: Layer = (call) => [only(call)];

/** Layers that turn every number by itself, or none. */
export const BY_NUMBER: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
  ...Object.fromEntries(
    ['Activation', 'LeakyReLU', 'ELU', 'ThresholdedReLU', 'ReLU'].map((name) => [name, ACTIVATING[name] as Layer]),
  ),
  Rescaling: NORMALIZING.Rescaling as Layer,
  ...Object.fromEntries(
    [
      'Identity',
      'Dropout',
      'SpatialDropout3D',
      'SpatialDropout2D',
      'SpatialDropout1D',
      'GaussianDropout',
      'GaussianNoise',
      'AlphaDropout',
    ].map((name) => [name, identity]),
  ),
  ActivityRegularization: (call: Call) => {
    call.config.ignore('l1', 'l2');
    return identity(call);
  },
};

/** What TimeDistributed may wrap: layers for which a frame is a sequence of frequencies. */
const WRAPPED = /* @__PURE__ */ tableOf<Layer>(BY_NUMBER, WRAPPED_WINDOWS, PLANE_NORMS, {
  Dense: PLANE_SHAPES.Dense as Layer,
  Flatten: flattenFrames,
  Reshape: reshapeFrames,
  LSTM: recurrentOverFrequencies,
  GRU: recurrentOverFrequencies,
  SimpleRNN: recurrentOverFrequencies,
  Bidirectional: bidirectionalOverFrequencies,
});

/** TimeDistributed of the layers of a table. */
export const distributed =
  (wrapped: Readonly<Record<string, Layer>>): Layer =>
  (call) => {
    const { build, config } = call;
    const inner = entryOf(config.where, config.raw('layer'));
    const layer = wrapped[inner.className];
    if (!layer)
      refuse(config.where, 'a wrapped layer that is not honoured', Object.keys(wrapped).join(', '), inner.className);
    const own = new Config(`${config.where}, wrapped`, call.entry.name, inner.config, build.reporter);
    const entry = { ...inner, name: call.entry.name };
    const made = channelsLast(layer)({ ...call, config: own, entry, wrapped: true });
    own.finish();
    return made;
  };

const timeDistributed: Layer = (call) => {
  plane(call);
  return distributed(WRAPPED)(call);
};

/** Layers that take a value with an axis of frequencies: none of these is taken for one of time and features. */
const PLANES = /* @__PURE__ */ tableOf<Layer>(BY_NUMBER, PLANE_WINDOWS, PLANE_NORMS, PLANE_SHAPES, {
  ConvLSTM1D: convLstm(1),
  TimeDistributed: timeDistributed,
  Flatten: SHAPES.Flatten as Layer,
});

/** @throws {ImportError} none that takes such values. */
export const planeLayer = (where: string, className: string): Layer =>
  PLANES[className] ??
  refuse(
    where,
    'its input has an axis too many',
    `(batch, time, features), or ${Object.keys(PLANES).join(', ')}`,
    '(batch, time, frequency, channels)',
  );
