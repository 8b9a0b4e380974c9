import type { ActivationSpec } from '../../spec.js';
import { isObject, show } from '../formats/json.js';
import { blocks, turned } from '../formats/matrix.js';
import { flattenNested, type Nested } from '../formats/nested.js';
import { type Chain, sameShape } from '../shared/chain.js';
import { refuse } from '../shared/refuse.js';

/** Names as the exporter writes them; '' is none. */
const ACTIVATIONS: Readonly<Record<string, ActivationSpec | 'softmax'>> = {
  __proto__: null as never,
  '': 'linear',
  linear: 'linear',
  tanh: 'tanh',
  relu: 'relu',
  sigmoid: 'sigmoid',
  softmax: 'softmax',
  elu: { type: 'elu', alpha: 1 },
};

/** A layer of the file, and the chain that it is added to. */
interface Layer {
  readonly chain: Chain;
  readonly where: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: readonly Nested[];
  /** Keeps `weights[index]`, or what was made of it, as the field of the layer that is added. */
  readonly keep: (field: string, index: number, shape: readonly number[], data: Float32Array, how: string) => string;
}

type Kind = (layer: Layer) => void;

function activate({ chain, where, name, config }: Layer, suffix: string): void {
  const wanted = config.activation ?? '';
  const found = typeof wanted === 'string' ? ACTIVATIONS[wanted] : undefined;
  if (found === undefined)
    refuse(where, 'an activation that is not honoured', Object.keys(ACTIVATIONS).join(', '), show(wanted));
  if (found === 'softmax') chain.append(`${name}${suffix}`, { type: 'softmax' });
  else if (found !== 'linear') chain.append(`${name}${suffix}`, { type: 'activation', activation: found });
}

function needWeights({ where, weights }: Layer, ...counts: number[]): readonly Nested[] {
  if (!counts.includes(weights.length))
    refuse(where, 'wrong number of weights', counts.join(' or '), `${weights.length}`);
  return weights;
}

/** A size that may be written as a list of one. */
function sizeField({ where, config }: Layer, key: string): number {
  const raw = config[key];
  const value = Array.isArray(raw) && raw.length === 1 ? raw[0] : raw;
  if (!Number.isSafeInteger(value) || value < 1) refuse(where, `no ${key}`, 'a size', show(raw));
  return value;
}

const dense: Kind = (layer) => {
  const { chain, name, where, keep } = layer;
  const [kernel, bias] = needWeights(layer, 1, 2) as [Nested, Nested?];
  const units = kernel.shape[1] ?? 0;
  const inputs = chain.features;
  sameShape(`${where}, weights[0]`, kernel.shape, [inputs, units]);
  if (bias) sameShape(`${where}, weights[1]`, bias.shape, [units]);
  const rows = turned(kernel.data, inputs, units);
  const tensors = {
    weight: keep('weight', 0, [units, inputs], rows, 'transposed: one row per output'),
    ...(bias && { bias: keep('bias', 1, [units], bias.data, 'one per output') }),
  };
  chain.append(name, { type: 'dense', units, tensors }, units);
  activate(layer, '.activation');
};

/** Gates i f c o (LSTM) and z r h (GRU, reset gate after the product), as Keras stacks them. */
const recurrent =
  (type: 'lstm' | 'gru'): Kind =>
  (layer) => {
    const order = type === 'lstm' ? [0, 1, 2, 3] : [1, 0, 2];
    const how =
      type === 'lstm' ? 'columns i f c o transposed to rows i f g o' : 'columns z r h transposed to rows r z n';
    const [kernel, hidden, bias] = needWeights(layer, 3) as [Nested, Nested, Nested];
    const { chain, name, where, config, keep } = layer;
    const units = hidden.shape[0] ?? 0;
    const width = order.length * units;
    const inputs = chain.features;
    sameShape(`${where}, weights[0]`, kernel.shape, [inputs, width]);
    sameShape(`${where}, weights[1]`, hidden.shape, [units, width]);
    sameShape(`${where}, weights[2]`, bias.shape, type === 'lstm' ? [width] : [2, width]);
    const activation = config.activation ?? 'tanh';
    if (activation !== 'tanh' && activation !== '')
      refuse(where, 'an activation that is not honoured in a cell', 'tanh', show(activation));
    const biasRow = (row: number) => blocks(bias.data.slice(row * width, (row + 1) * width), order);
    const tensors = {
      weightIh: keep('weightIh', 0, [width, inputs], turned(kernel.data, inputs, width, order), how),
      weightHh: keep('weightHh', 1, [width, units], turned(hidden.data, units, width, order), how),
      biasIh: keep('biasIh', 2, [width], biasRow(0), 'its first row, gates in that order'),
    };
    if (type === 'lstm') chain.append(name, { type, units, tensors }, units);
    else {
      const biasHh = keep('biasHh', 2, [width], biasRow(1), 'its second row');
      chain.append(name, { type, units, resetAfter: true, tensors: { ...tensors, biasHh } }, units);
    }
  };

/** RTNeural convolves causally: what comes before the sequence is zeros. */
const conv1d: Kind = (layer) => {
  const { chain, name, where, config, keep } = layer;
  const [kernel, bias] = needWeights(layer, 1, 2) as [Nested, Nested?];
  const [kernelSize, dilation] = [sizeField(layer, 'kernel_size'), sizeField(layer, 'dilation')];
  const groups = config.groups === undefined ? 1 : sizeField(layer, 'groups');
  const filters = kernel.shape[2] ?? 0;
  const channels = chain.features / groups;
  sameShape(`${where}, weights[0]`, kernel.shape, [kernelSize, channels, filters]);
  if (bias) sameShape(`${where}, weights[1]`, bias.shape, [filters]);
  const how = '(kernel, channels, filters) transposed to (filters, kernel, channels)';
  const rows = turned(kernel.data, kernelSize * channels, filters);
  const tensors = {
    weight: keep('weight', 0, [filters, kernelSize, channels], rows, how),
    ...(bias && { bias: keep('bias', 1, [filters], bias.data, 'one per filter') }),
  };
  const padding = 'causal' as const;
  chain.append(name, { type: 'conv1d', filters, kernelSize, dilation, groups, padding, tensors }, filters);
  activate(layer, '.activation');
};

const prelu: Kind = (layer) => {
  const { chain, name, where, config, keep } = layer;
  if (!['', 'linear', 'prelu'].includes((config.activation ?? '') as string))
    refuse(where, 'an activation behind an activation', 'none', show(config.activation));
  const [alpha] = needWeights(layer, 1) as [Nested];
  const n = alpha.data.length;
  if (n !== chain.features && n !== 1) refuse(where, 'wrong number of slopes', `${chain.features} or 1`, `${n}`);
  chain.append(name, { type: 'prelu', tensors: { alpha: keep('alpha', 0, [n], alpha.data, 'one per feature') } });
};

const KINDS: Readonly<Record<string, Kind>> = {
  __proto__: null as never,
  dense,
  'time-distributed-dense': dense,
  lstm: recurrent('lstm'),
  gru: recurrent('gru'),
  conv1d,
  prelu,
  activation: (layer) => {
    needWeights(layer, 0);
    activate(layer, '');
  },
};
const KNOWN = ['type', 'activation', 'shape', 'weights', 'name'];
const OF_CONVOLUTIONS = ['kernel_size', 'dilation', 'groups'];

/** Layers as RTNeural's exporter writes a Keras model. */
export function kerasLayers(chain: Chain, layers: readonly unknown[]): void {
  for (const [index, config] of layers.entries()) {
    if (!isObject(config)) refuse(`layers[${index}]`, 'not a layer', 'an object', show(config));
    const type = config.type;
    const where = `layers[${index}] (${show(type)})`;
    const kind = typeof type === 'string' ? KINDS[type] : undefined;
    if (!kind) refuse(where, 'a layer that is not honoured', Object.keys(KINDS).join(', '), show(type));
    const known = type === 'conv1d' ? [...KNOWN, ...OF_CONVOLUTIONS] : KNOWN;
    for (const key of Object.keys(config))
      if (!known.includes(key)) refuse(where, `a setting that is not honoured: ${key}`, known.join(', '), key);
    const weights = (Array.isArray(config.weights) ? config.weights : []).map((lists, at) =>
      flattenNested(lists, `${where}, weights[${at}]`, chain.reporter.budget),
    );
    const name = `${String(type)}_${index}`;
    const keep: Layer['keep'] = (field, at, shape, data, how) => {
      const origin = { tensor: `${name} weights[${at}]`, shape: weights[at]?.shape ?? [], how };
      return chain.keep(`${name}.${field}`, { shape, data }, origin);
    };
    kind({ chain, where, name, config, weights, keep });
    const shape = config.shape;
    const stated = Array.isArray(shape) ? shape.at(-1) : undefined;
    if (stated !== undefined && stated !== null && stated !== chain.features)
      refuse(where, 'another number of outputs than it states', show(stated), `${chain.features}`);
    chain.reporter.read(name, 'activation', config.activation ?? '');
  }
}
