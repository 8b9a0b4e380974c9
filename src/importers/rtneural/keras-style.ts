import type { ActivationSpec } from '../../spec.js';
import { isObject, show } from '../formats/json.js';
import { blocks, turned } from '../formats/matrix.js';
import { flattenNested, type Nested } from '../formats/nested.js';
import { type Chain, sameShape } from '../shared/chain.js';
import { refuse } from '../shared/refuse.js';

/** Names as the exporter writes them; '' is none. */
const ACTIVATIONS: Readonly<Record<string, ActivationSpec | 'softmax'>> = {
  '': 'linear',
  linear: 'linear',
  tanh: 'tanh',
  relu: 'relu',
  sigmoid: 'sigmoid',
  softmax: 'softmax',
  elu: { type: 'elu', alpha: 1 },
};

interface Layer {
  readonly where: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: readonly Nested[];
}

type Kind = (chain: Chain, layer: Layer) => void;

function activate(chain: Chain, { where, name, config }: Layer, suffix: string): void {
  const wanted = config.activation ?? '';
  const found = typeof wanted === 'string' && Object.hasOwn(ACTIVATIONS, wanted) ? ACTIVATIONS[wanted] : undefined;
  if (found === undefined)
    refuse(where, 'an activation that is not honoured', Object.keys(ACTIVATIONS).join(', '), show(wanted));
  if (found === 'softmax') chain.add(`${name}${suffix}`, { type: 'softmax' });
  else if (found !== 'linear') chain.add(`${name}${suffix}`, { type: 'activation', activation: found });
}

function need({ where, weights }: Layer, ...counts: number[]): readonly Nested[] {
  if (!counts.includes(weights.length))
    refuse(where, 'wrong number of weights', counts.join(' or '), `${weights.length}`);
  return weights;
}

const one = ({ where, config }: Layer, key: string): number => {
  const raw = config[key];
  const value = Array.isArray(raw) && raw.length === 1 ? raw[0] : raw;
  if (!Number.isSafeInteger(value) || value < 1) refuse(where, `no ${key}`, 'a size', show(raw));
  return value;
};

const dense: Kind = (chain, layer) => {
  const [kernel, bias] = need(layer, 1, 2) as [Nested, Nested?];
  const units = kernel.shape[1] ?? 0;
  const inputs = chain.features;
  sameShape(`${layer.where}, weights[0]`, kernel.shape, [inputs, units]);
  if (bias) sameShape(`${layer.where}, weights[1]`, bias.shape, [units]);
  const { name } = layer;
  const weight = chain.tensor(
    `${name}.weight`,
    [units, inputs],
    turned(kernel.data, inputs, units),
    `${name} weights[0]`,
    kernel.shape,
    'transposed: one row per output',
  );
  const tensors = {
    weight,
    ...(bias && {
      bias: chain.tensor(`${name}.bias`, [units], bias.data, `${name} weights[1]`, bias.shape, 'one per output'),
    }),
  };
  chain.add(name, { type: 'dense', units, tensors }, units);
  activate(chain, layer, '.activation');
};

/** Gates i f c o (LSTM) and z r h (GRU, reset gate after the product), as Keras stacks them. */
const recurrent =
  (type: 'lstm' | 'gru'): Kind =>
  (chain, layer) => {
    const order = type === 'lstm' ? [0, 1, 2, 3] : [1, 0, 2];
    const how =
      type === 'lstm' ? 'columns i f c o transposed to rows i f g o' : 'columns z r h transposed to rows r z n';
    const [kernel, hidden, bias] = need(layer, 3) as [Nested, Nested, Nested];
    const { name, where, config } = layer;
    const units = hidden.shape[0] ?? 0;
    const width = order.length * units;
    const inputs = chain.features;
    sameShape(`${where}, weights[0]`, kernel.shape, [inputs, width]);
    sameShape(`${where}, weights[1]`, hidden.shape, [units, width]);
    sameShape(`${where}, weights[2]`, bias.shape, type === 'lstm' ? [width] : [2, width]);
    const activation = config.activation ?? 'tanh';
    if (activation !== 'tanh' && activation !== '')
      refuse(where, 'an activation that is not honoured in a cell', 'tanh', show(activation));
    const tensors = {
      weightIh: chain.tensor(
        `${name}.weightIh`,
        [width, inputs],
        turned(kernel.data, inputs, width, order),
        `${name} weights[0]`,
        kernel.shape,
        how,
      ),
      weightHh: chain.tensor(
        `${name}.weightHh`,
        [width, units],
        turned(hidden.data, units, width, order),
        `${name} weights[1]`,
        hidden.shape,
        how,
      ),
      biasIh: chain.tensor(
        `${name}.biasIh`,
        [width],
        blocks(bias.data.slice(0, width), order),
        `${name} weights[2]`,
        bias.shape,
        'its first row, gates in that order',
      ),
    };
    if (type === 'lstm') chain.add(name, { type, units, tensors }, units);
    else {
      const biasHh = chain.tensor(
        `${name}.biasHh`,
        [width],
        blocks(bias.data.slice(width), order),
        `${name} weights[2]`,
        bias.shape,
        'its second row',
      );
      chain.add(name, { type, units, resetAfter: true, tensors: { ...tensors, biasHh } }, units);
    }
  };

/** RTNeural convolves causally: what comes before the sequence is zeros. */
const conv1d: Kind = (chain, layer) => {
  const [kernel, bias] = need(layer, 1, 2) as [Nested, Nested?];
  const [kernelSize, dilation] = [one(layer, 'kernel_size'), one(layer, 'dilation')];
  const groups = layer.config.groups === undefined ? 1 : one(layer, 'groups');
  const filters = kernel.shape[2] ?? 0;
  const channels = chain.features / groups;
  sameShape(`${layer.where}, weights[0]`, kernel.shape, [kernelSize, channels, filters]);
  if (bias) sameShape(`${layer.where}, weights[1]`, bias.shape, [filters]);
  const { name } = layer;
  const how = '(kernel, channels, filters) transposed to (filters, kernel, channels)';
  const weight = chain.tensor(
    `${name}.weight`,
    [filters, kernelSize, channels],
    turned(kernel.data, kernelSize * channels, filters),
    `${name} weights[0]`,
    kernel.shape,
    how,
  );
  const tensors = {
    weight,
    ...(bias && {
      bias: chain.tensor(`${name}.bias`, [filters], bias.data, `${name} weights[1]`, bias.shape, 'one per filter'),
    }),
  };
  const padding = [dilation * (kernelSize - 1), 0] as const;
  chain.add(name, { type: 'conv1d', filters, kernelSize, dilation, groups, padding, tensors }, filters);
  activate(chain, layer, '.activation');
};

const prelu: Kind = (chain, layer) => {
  const [alpha] = need(layer, 1) as [Nested];
  const n = alpha.data.length;
  if (n !== chain.features && n !== 1) refuse(layer.where, 'wrong number of slopes', `${chain.features} or 1`, `${n}`);
  const { name } = layer;
  chain.add(name, {
    type: 'prelu',
    tensors: {
      alpha: chain.tensor(`${name}.alpha`, [n], alpha.data, `${name} weights[0]`, alpha.shape, 'one per feature'),
    },
  });
};

const KINDS: Readonly<Record<string, Kind>> = {
  dense,
  'time-distributed-dense': dense,
  lstm: recurrent('lstm'),
  gru: recurrent('gru'),
  conv1d,
  prelu,
  activation: (chain, layer) => activate(chain, layer, ''),
};
const KNOWN = ['type', 'activation', 'shape', 'weights', 'name'];
const OF_CONVOLUTIONS = ['kernel_size', 'dilation', 'groups'];

/** Layers as RTNeural's exporter writes a Keras model. */
export function kerasLayers(chain: Chain, layers: readonly unknown[]): void {
  for (const [index, config] of layers.entries()) {
    if (!isObject(config)) refuse(`layers[${index}]`, 'not a layer', 'an object', show(config));
    const type = config.type;
    const where = `layers[${index}] (${show(type)})`;
    const kind = typeof type === 'string' && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
    if (!kind) refuse(where, 'a layer that is not honoured', Object.keys(KINDS).join(', '), show(type));
    const known = type === 'conv1d' ? [...KNOWN, ...OF_CONVOLUTIONS] : KNOWN;
    for (const key of Object.keys(config))
      if (!known.includes(key)) refuse(where, `a setting that is not honoured: ${key}`, known.join(', '), key);
    const weights = (Array.isArray(config.weights) ? config.weights : []).map((one, at) =>
      flattenNested(one, `${where}, weights[${at}]`),
    );
    const name = `${String(type)}_${index}`;
    kind(chain, { where, name, config, weights });
    const shape = config.shape;
    const stated = Array.isArray(shape) ? shape.at(-1) : undefined;
    if (stated !== undefined && stated !== null && stated !== chain.features)
      refuse(where, 'another number of outputs than it states', show(stated), `${chain.features}`);
    chain.reporter.read(name, 'activation', config.activation ?? '');
  }
}
