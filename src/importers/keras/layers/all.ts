import { tableOf } from '../../formats/record.js';
import { refuse } from '../../shared/refuse.js';
import { sequence } from '../build.js';
import { Config } from '../config.js';
import { entryOf } from '../entries.js';
import { ACTIVATING } from './activating.js';
import { ATTENTION } from './attention.js';
import { bidirectional } from './bidirectional.js';
import { convLstm } from './conv-lstm.js';
import { dense, embedding, masking } from './dense.js';
import { type Layer, needsNoMask, only } from './layer.js';
import { MERGING } from './merging.js';
import { NORMALIZING } from './normalizing.js';
import { groupNormalization } from './plane-norms.js';
import { reshapeFrames } from './plane-shapes.js';
import { PLANE_WINDOWS, TIME_WINDOWS } from './plane-windows.js';
import { recurrent } from './recurrent.js';
import { SHAPES } from './shapes.js';
import { WINDOWS } from './windows.js';

const identity: Layer = (call) => [only(call)];

/** What says anew what the numbers of a timestep are. */
const WRAPPED_SHAPES: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
  Flatten: identity,
  Reshape: reshapeFrames,
};

/** A layer wrapped to work at every timestep: those that do so anyhow. */
const timeDistributed: Layer = (call) => {
  const { build, config } = call;
  const inner = entryOf(config.where, config.raw('layer'));
  const same = [
    'Dense',
    'Activation',
    'Dropout',
    'LayerNormalization',
    'BatchNormalization',
    'LeakyReLU',
    'ReLU',
    'ELU',
    'ThresholdedReLU',
    'RMSNormalization',
    'Identity',
    'GaussianDropout',
    'GaussianNoise',
    'AlphaDropout',
    'PReLU',
    'Softmax',
    'Rescaling',
    ...Object.keys(WRAPPED_SHAPES),
  ];
  const x = sequence(config.where, only(call));
  if (!same.includes(inner.className))
    refuse(config.where, 'a wrapped layer that is not honoured', same.join(', '), inner.className);
  const own = new Config(`${config.where}, wrapped`, call.entry.name, inner.config, build.reporter);
  const reshapes = WRAPPED_SHAPES[inner.className];
  if (reshapes) needsNoMask(config.where, x);
  const made = (reshapes ?? (LAYERS[inner.className] as Layer))({
    ...call,
    config: own,
    entry: { ...inner, name: call.entry.name },
    wrapped: true,
  });
  own.finish();
  return made;
};

const OWN: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
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
  Identity: (call) => {
    const x = only(call);
    return [call.build.rules.identityHandsMaskOn ? x : call.build.unmasked(x)];
  },
  Dropout: identity,
  SpatialDropout1D: identity,
  SpatialDropout2D: identity,
  SpatialDropout3D: identity,
  GaussianDropout: identity,
  GaussianNoise: identity,
  AlphaDropout: identity,
  ActivityRegularization: (call) => {
    call.config.ignore('l1', 'l2');
    return [only(call)];
  },
};

/** Every layer that is honoured, by Keras' name; values with an axis of frequencies go by `planes.ts`. */
export const LAYERS = /* @__PURE__ */ tableOf<Layer>(
  OWN,
  ACTIVATING,
  MERGING,
  NORMALIZING,
  SHAPES,
  WINDOWS,
  PLANE_WINDOWS,
  TIME_WINDOWS,
  ATTENTION,
  {
    GroupNormalization: groupNormalization,
    ConvLSTM1D: convLstm(1),
    ConvLSTM2D: convLstm(2),
  },
);
