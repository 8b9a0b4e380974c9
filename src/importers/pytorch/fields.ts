import { isObject } from '../formats/json.js';
import type { PyTorchConfig, PyTorchLayer } from './config.js';

export interface Field {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
  readonly required?: true;
  /** What PyTorch takes when it is not given. */
  readonly value?: unknown;
}

const whole = (least: number): Field => ({
  expected: `a whole number of at least ${least}`,
  holds: (v) => Number.isSafeInteger(v) && (v as number) >= least,
});
const one = (...all: unknown[]): Field => ({
  expected: all.map((value) => (typeof value === 'string' ? `'${value}'` : value)).join(' or '),
  holds: (v) => all.includes(v),
});
const required = (field: Field): Field => ({ ...field, required: true });
const or = (value: unknown, field: Field): Field => ({ ...field, value });

const text: Field = { expected: 'a text', holds: (v) => typeof v === 'string' };
const name: Field = { expected: 'a text, not empty', holds: (v) => typeof v === 'string' && v !== '' };
const yesNo: Field = { expected: 'true or false', holds: (v) => typeof v === 'boolean' };
const no = or(false, yesNo);
const yes = or(true, yesNo);
const number: Field = { expected: 'a finite number', holds: Number.isFinite };
const size = whole(1);
const size1 = or(1, size);
const padding = or(0, whole(0));
const eps = or(1e-5, {
  expected: 'a finite number of at least 0',
  holds: (v) => Number.isFinite(v) && (v as number) >= 0,
});
// Which activations exist is the engine's knowledge.
const activation: Field = {
  expected: "an activation's name, or {type, alpha, beta}",
  holds: (v) => typeof v === 'string' || (isObject(v) && typeof v.type === 'string'),
};
const nonlinearity = or('tanh', one('tanh', 'relu'));
const prefix = text;

const cell = { name, prefix, hiddenSize: required(size), bias: yes, returnSequences: yes };
const recurrent = {
  name,
  prefix,
  hiddenSize: required(size),
  numLayers: size1,
  bidirectional: no,
  bias: yes,
  returnSequences: yes,
};
const pool = { name, kernelSize: required(size), stride: size, padding, ceilMode: no };

type Entry<L> = readonly [module: string, fields: { readonly [K in Exclude<keyof L, 'type'>]-?: Field }];
type OfType<T, L = PyTorchLayer> = L extends { type: infer U } ? (T extends U ? L : never) : never;
type Table = { readonly [T in PyTorchLayer['type']]: Entry<OfType<T>> };

/** Without fields, so without defaults. */
const plain = ['', { name }] as const;

/** Every layer of a config: PyTorch's class, and the fields with its defaults. */
export const LAYERS: Table = {
  lstm: ['LSTM', { ...recurrent, projSize: size }],
  gru: ['GRU', recurrent],
  rnn: ['RNN', { ...recurrent, nonlinearity }],
  lstm_cell: ['LSTMCell', cell],
  gru_cell: ['GRUCell', cell],
  rnn_cell: ['RNNCell', { ...cell, nonlinearity }],
  linear: ['Linear', { name, prefix, outFeatures: size, bias: yes, activation }],
  conv1d: [
    'Conv1d',
    {
      name,
      prefix,
      outChannels: size,
      kernelSize: size,
      stride: size1,
      padding: or(0, {
        expected: "a whole number of at least 0, 'same' or 'valid'",
        holds: (v) => padding.holds(v) || v === 'same' || v === 'valid',
      }),
      dilation: size1,
      groups: size1,
      bias: yes,
      paddingMode: or('zeros', one('zeros')),
    },
  ],
  embedding: ['Embedding', { name, prefix, numEmbeddings: size, embeddingDim: size }],
  layer_norm: ['LayerNorm', { name, prefix, eps, elementwiseAffine: yes, bias: yes }],
  batch_norm: ['BatchNorm1d', { name, prefix, eps, affine: yes, trackRunningStats: or(true, one(true)) }],
  prelu: ['PReLU', { name, prefix }],
  max_pool1d: ['MaxPool1d', { ...pool, dilation: size1 }],
  avg_pool1d: ['AvgPool1d', { ...pool, countIncludePad: yes }],
  flatten: ['Flatten', { name, channelsFirst: required(yesNo) }],
  activation: ['', { name, activation: required(activation) }],
  softmax: plain,
  log_softmax: plain,
  dropout: plain,
  last_timestep: plain,
  relu: plain,
  relu6: plain,
  sigmoid: plain,
  tanh: plain,
  silu: plain,
  selu: plain,
  mish: plain,
  softsign: plain,
  logsigmoid: plain,
  hardsigmoid: plain,
  hardswish: plain,
  leaky_relu: ['LeakyReLU', { name, negativeSlope: or(0.01, number) }],
  elu: ['ELU', { name, alpha: or(1, number) }],
  hardtanh: ['Hardtanh', { name, minVal: or(-1, number), maxVal: or(1, number) }],
  gelu: ['GELU', { name, approximate: or('none', one('none', 'tanh')) }],
  softplus: ['Softplus', { name, beta: or(1, one(1)) }],
};

export const CONFIG: { readonly [K in keyof PyTorchConfig]-?: Field } = {
  name,
  inputSize: size,
  timesteps: size,
  layers: { expected: 'a list of at least one layer', holds: (v) => Array.isArray(v) && v.length > 0 },
  stateDict: name,
  ignore: { expected: 'a list of texts', holds: (v) => Array.isArray(v) && v.every((x) => typeof x === 'string') },
};

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
