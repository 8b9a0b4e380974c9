import type { ActivationSpec } from '../../spec.js';
import { activation, type Field, number, one, or, required, text, whole } from '../shared/fields.js';
import type { PyTorchLayer } from './config.js';
import { recurrent } from './recurrent.js';
import type { Site } from './site.js';
import { batchNorm, embedding, layerNorm, linear, prelu } from './weighted.js';
import { conv1d, flatten, pool } from './windows.js';

type OfType<T, L = PyTorchLayer> = L extends { type: infer U } ? (T extends U ? L : never) : never;

/** Fields without a default of PyTorch's own: PyTorch requires them, or the file says it. */
type Open =
  | 'name'
  | 'prefix'
  | 'projSize'
  | 'outFeatures'
  | 'outChannels'
  | 'numEmbeddings'
  | 'embeddingDim'
  | 'activation';
type OpenOf<L> = Extract<keyof L, Open | (L extends { type: 'conv1d' } ? 'kernelSize' : 'stride')>;

/** A layer with PyTorch's defaults filled in. */
export type Full<L> = L extends unknown ? Required<Omit<L, OpenOf<L>>> & Pick<L, OpenOf<L>> : never;

/** PyTorch's class, the fields with its defaults, and what the layer becomes. */
type Row<L> = readonly [
  module: string,
  /** Beside its name. */
  fields: { readonly [K in Exclude<keyof L, 'type' | 'name'>]-?: Field },
  build: (layer: Full<L>, site: Site) => void,
];

const yes = or(true, one(true, false));
const no = or(false, one(true, false));
const size = whole(1);
const size1 = or(1, size);
const padding = whole(0);
const eps = or(1e-5, ['a finite number of at least 0', (v) => Number.isFinite(v) && (v as number) >= 0]);
const nonlinearity = or('tanh', one('tanh', 'relu'));
const weighted = { prefix: text };
const cell = { ...weighted, hiddenSize: required(size), bias: yes, returnSequences: yes };
const stacked = {
  ...weighted,
  hiddenSize: required(size),
  numLayers: size1,
  bidirectional: no,
  bias: yes,
  returnSequences: yes,
};
const window = { kernelSize: required(size), stride: size, padding: or(0, padding), ceilMode: no };

const becomes =
  <L>(activation: (layer: L) => ActivationSpec) =>
  (layer: L, site: Site): void =>
    site.add({ type: 'activation', activation: activation(layer) });
/** Without fields, so without defaults. */
const plain = (activation: ActivationSpec) => ['', {}, becomes(() => activation)] as const;
const same = (type: 'softmax' | 'log_softmax' | 'dropout') =>
  ['', {}, (_: unknown, site: Site) => site.add({ type })] as const;

/** Every layer of a config. */
export const LAYERS: { readonly [T in PyTorchLayer['type']]: Row<OfType<T>> } = {
  lstm: ['LSTM', { ...stacked, projSize: size }, recurrent],
  gru: ['GRU', stacked, recurrent],
  rnn: ['RNN', { ...stacked, nonlinearity }, recurrent],
  lstm_cell: ['LSTMCell', cell, recurrent],
  gru_cell: ['GRUCell', cell, recurrent],
  rnn_cell: ['RNNCell', { ...cell, nonlinearity }, recurrent],
  linear: ['Linear', { ...weighted, outFeatures: size, bias: yes, activation }, linear],
  conv1d: [
    'Conv1d',
    {
      ...weighted,
      outChannels: size,
      kernelSize: size,
      stride: size1,
      padding: [`${padding[0]}, 'same' or 'valid'`, (v) => padding[1](v) || v === 'same' || v === 'valid', 0],
      dilation: size1,
      groups: size1,
      bias: yes,
      paddingMode: or('zeros', one('zeros')),
    },
    conv1d,
  ],
  embedding: ['Embedding', { ...weighted, numEmbeddings: size, embeddingDim: size }, embedding],
  layer_norm: ['LayerNorm', { ...weighted, eps, elementwiseAffine: yes, bias: yes }, layerNorm],
  batch_norm: ['BatchNorm1d', { ...weighted, eps, affine: yes, trackRunningStats: or(true, one(true)) }, batchNorm],
  prelu: ['PReLU', weighted, prelu],
  max_pool1d: ['MaxPool1d', { ...window, dilation: size1 }, pool],
  avg_pool1d: ['AvgPool1d', { ...window, countIncludePad: yes }, pool],
  flatten: ['Flatten', { channelsFirst: required(one(true, false)) }, flatten],
  activation: ['', { activation: required(activation) }, becomes(({ activation }) => activation)],
  softmax: same('softmax'),
  log_softmax: same('log_softmax'),
  dropout: same('dropout'),
  last_timestep: [
    '',
    {},
    (_, site) => {
      site.needSequence();
      site.add({ type: 'timestep', index: -1 });
      site.vector = true;
    },
  ],
  relu: plain('relu'),
  relu6: plain({ type: 'clip', alpha: 0, beta: 6 }),
  sigmoid: plain('sigmoid'),
  tanh: plain('tanh'),
  silu: plain('silu'),
  selu: plain('selu'),
  mish: plain('mish'),
  softsign: plain('softsign'),
  logsigmoid: plain('log_sigmoid'),
  hardsigmoid: plain({ type: 'hard_sigmoid', alpha: 1 / 6, beta: 0.5 }),
  hardswish: plain('hard_silu'),
  leaky_relu: [
    'LeakyReLU',
    { negativeSlope: or(0.01, number) },
    becomes<{ negativeSlope: number }>(({ negativeSlope: alpha }) => ({ type: 'leaky_relu', alpha })),
  ],
  elu: ['ELU', { alpha: or(1, number) }, becomes<{ alpha: number }>(({ alpha }) => ({ type: 'elu', alpha }))],
  hardtanh: [
    'Hardtanh',
    { minVal: or(-1, number), maxVal: or(1, number) },
    becomes<{ minVal: number; maxVal: number }>(({ minVal, maxVal }) => ({
      type: 'clip',
      alpha: minVal,
      beta: maxVal,
    })),
  ],
  gelu: [
    'GELU',
    { approximate: or('none', one('none', 'tanh')) },
    becomes<{ approximate: string }>(({ approximate }) => (approximate === 'tanh' ? 'gelu_tanh' : 'gelu')),
  ],
  // Above 20 PyTorch gives x itself, which is what ln(1 + e^x) is in float32.
  softplus: ['Softplus', { beta: or(1, one(1)) }, becomes(() => 'softplus')],
};
