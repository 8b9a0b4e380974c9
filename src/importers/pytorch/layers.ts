import type { ActivationSpec } from '../../spec.js';
import {
  activation,
  type Field,
  finiteNumber,
  flag,
  oneOf,
  required,
  text,
  wholeNumber,
  withDefault,
} from '../shared/fields.js';
import type { PyTorchLayer } from './config.js';
import type { Filled, OfType } from './filled.js';
import { PACKAGE_LAYERS } from './packages.js';
import { batchNorm2d, conv2d, convTranspose2d, frames, pool2d, zeroPad2d } from './planes.js';
import { recurrent } from './recurrent.js';
import { SCAN_LAYERS } from './scan.js';
import type { Site } from './site.js';
import { batchNorm, embedding, layerNorm, linear, prelu } from './weighted.js';
import { chomp1d, conv1d, flatten, pool, zeroPad1d } from './windows.js';

/** PyTorch's class, the fields with its defaults, and what the layer becomes. */
type Row<L> = readonly [
  module: string,
  /** Beside its name. */
  fields: { readonly [K in Exclude<keyof L, 'type' | 'name'>]-?: Field },
  build: (layer: Filled<L>, site: Site) => void,
];

const yes = withDefault(true, flag);
const no = withDefault(false, flag);
const size = wholeNumber(1);
const size1 = withDefault(1, size);
const padding = wholeNumber(0);
const eps = withDefault(1e-5, ['a finite number of at least 0', (v) => Number.isFinite(v) && (v as number) >= 0]);
const nonlinearity = withDefault('tanh', oneOf('tanh', 'relu'));
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
const window = { kernelSize: required(size), stride: size, padding: withDefault(0, padding), ceilMode: no };

const isListOf = (count: number, value: unknown, least: number): boolean =>
  Array.isArray(value) && value.length === count && value.every((n) => Number.isSafeInteger(n) && n >= least);
/** One for both axes, or one along time and one along frequency. */
const sizes = (least: number): Field => [
  `a whole number of at least ${least}, or two`,
  (v) => wholeNumber(least)[1](v) || isListOf(2, v, least),
];
const sizes1 = withDefault(1, sizes(1));
const convolution2d = {
  ...weighted,
  outChannels: required(size),
  kernelSize: required(sizes(1)),
  stride: sizes1,
  dilation: sizes1,
  groups: size1,
  bias: yes,
};
const window2d = { kernelSize: required(sizes(1)), stride: sizes(1), padding: withDefault(0, sizes(0)), ceilMode: no };

/** Those that take values with an axis of frequencies: what turns every number by itself, and what is made for them. */
export const TAKE_FREQUENCIES = new Set<PyTorchLayer['type']>([
  ...(['conv2d', 'conv_transpose2d', 'batch_norm2d', 'max_pool2d', 'avg_pool2d', 'zero_pad2d', 'frames'] as const),
  ...([
    'prelu',
    'activation',
    'dropout',
    'relu',
    'relu6',
    'sigmoid',
    'tanh',
    'silu',
    'selu',
    'mish',
    'softsign',
  ] as const),
  ...(['logsigmoid', 'hardsigmoid', 'hardswish', 'leaky_relu', 'elu', 'hardtanh', 'gelu', 'softplus'] as const),
]);

const becomes =
  <L>(activation: (layer: L) => ActivationSpec) =>
  (layer: L, site: Site): void =>
    site.layer({ type: 'activation', activation: activation(layer) });
/** Without fields, so without defaults. */
const plain = (activation: ActivationSpec) => ['', {}, becomes(() => activation)] as const;
const same = (type: 'softmax' | 'log_softmax' | 'dropout') =>
  ['', {}, (_: unknown, site: Site) => site.layer({ type })] as const;

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
      paddingMode: withDefault('zeros', oneOf('zeros')),
    },
    conv1d,
  ],
  embedding: ['Embedding', { ...weighted, numEmbeddings: size, embeddingDim: size }, embedding],
  layer_norm: ['LayerNorm', { ...weighted, eps, elementwiseAffine: yes, bias: yes }, layerNorm],
  batch_norm: [
    'BatchNorm1d',
    { ...weighted, eps, affine: yes, trackRunningStats: withDefault(true, oneOf(true)) },
    batchNorm,
  ],
  prelu: ['PReLU', weighted, prelu],
  max_pool1d: ['MaxPool1d', { ...window, dilation: size1 }, pool],
  avg_pool1d: ['AvgPool1d', { ...window, countIncludePad: yes }, pool],
  flatten: ['Flatten', { channelsFirst: required(flag) }, flatten],
  conv2d: [
    'Conv2d',
    {
      ...convolution2d,
      padding: [`${sizes(0)[0]}, 'same' or 'valid'`, (v) => sizes(0)[1](v) || v === 'same' || v === 'valid', 0],
      paddingMode: withDefault('zeros', oneOf('zeros')),
    },
    conv2d,
  ],
  conv_transpose2d: [
    'ConvTranspose2d',
    { ...convolution2d, padding: withDefault(0, sizes(0)), outputPadding: withDefault(0, sizes(0)) },
    convTranspose2d,
  ],
  batch_norm2d: [
    'BatchNorm2d',
    { ...weighted, eps, affine: yes, trackRunningStats: withDefault(true, oneOf(true)) },
    batchNorm2d as never,
  ],
  max_pool2d: ['MaxPool2d', { ...window2d, dilation: sizes1 }, pool2d],
  avg_pool2d: ['AvgPool2d', { ...window2d, countIncludePad: yes }, pool2d],
  zero_pad1d: [
    'ZeroPad1d',
    { padding: required(['a size, or two: before, after', (v) => padding[1](v) || isListOf(2, v, 0)]) },
    zeroPad1d,
  ],
  chomp1d: ['', { size: required(size) }, chomp1d],
  zero_pad2d: [
    'ZeroPad2d',
    { padding: required(['a size, or four: low, high, before, after', (v) => padding[1](v) || isListOf(4, v, 0)]) },
    zeroPad2d,
  ],
  frames: ['', { channelsFirst: required(flag) }, frames],
  activation: ['', { activation: required(activation) }, becomes(({ activation }) => activation)],
  softmax: same('softmax'),
  log_softmax: same('log_softmax'),
  dropout: same('dropout'),
  last_timestep: [
    '',
    {},
    (_, site) => {
      site.needSequence();
      site.layer({ type: 'timestep', index: -1 });
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
    { negativeSlope: withDefault(0.01, finiteNumber) },
    becomes<{ negativeSlope: number }>(({ negativeSlope: alpha }) => ({ type: 'leaky_relu', alpha })),
  ],
  elu: [
    'ELU',
    { alpha: withDefault(1, finiteNumber) },
    becomes<{ alpha: number }>(({ alpha }) => ({ type: 'elu', alpha })),
  ],
  hardtanh: [
    'Hardtanh',
    { minVal: withDefault(-1, finiteNumber), maxVal: withDefault(1, finiteNumber) },
    becomes<{ minVal: number; maxVal: number }>(({ minVal, maxVal }) => ({
      type: 'clip',
      alpha: minVal,
      beta: maxVal,
    })),
  ],
  gelu: [
    'GELU',
    { approximate: withDefault('none', oneOf('none', 'tanh')) },
    becomes<{ approximate: string }>(({ approximate }) => (approximate === 'tanh' ? 'gelu_tanh' : 'gelu')),
  ],
  // Above 20 PyTorch gives x itself, which is what ln(1 + e^x) is in float32.
  softplus: ['Softplus', { beta: withDefault(1, oneOf(1)) }, becomes(() => 'softplus')],
  ...SCAN_LAYERS,
  ...PACKAGE_LAYERS,
};
