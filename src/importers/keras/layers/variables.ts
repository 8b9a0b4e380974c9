import { isObject } from '../../formats/json.js';
import { cellsOf, entryOf, type LayerEntry } from '../entries.js';
import { groupNames } from '../files/group-names.js';

/** A variable of a layer. */
export interface Variable {
  /** Where a `.keras` file keeps it under the layer. */
  readonly path: string;
  /** Where files of other versions keep it. */
  readonly otherPath?: string;
  /** What Keras calls it. */
  readonly name: string;
  /** Where the layer holds others that have variables of these names: which of them, from the outside in, by any of its names. */
  readonly scopes: readonly Scope[];
  /** Whether training changes it. */
  readonly trainable: boolean;
}
export type Scope = ReadonlySet<string>;

/** Where a layer stands within another. */
interface Within {
  readonly base: string;
  readonly scopes: readonly Scope[];
}

const CELLS: Readonly<Record<string, string>> = {
  __proto__: null as never,
  LSTM: 'LSTMCell',
  GRU: 'GRUCell',
  SimpleRNN: 'SimpleRNNCell',
  CuDNNLSTM: 'LSTMCell',
  CuDNNGRU: 'GRUCell',
  ConvLSTM1D: 'ConvLSTM1DCell',
  ConvLSTM2D: 'ConvLSTM2DCell',
};

const CELL = ['kernel', 'recurrent_kernel'];

const on = (value: unknown, otherwise = true): boolean =>
  value === undefined || value === null ? otherwise : value === true;

/** @param names those that training does not change with `-` in front. */
const list = ({ base, scopes }: Within, names: readonly string[]): Variable[] =>
  names.map((name, index) => ({
    path: `${base}vars/${index}`,
    name: name.replace(/^-/, ''),
    scopes,
    trainable: !name.startsWith('-'),
  }));

/** The names of a Bidirectional's layer: Keras puts the direction in front of its own if it makes both layers of one. */
function directed(direction: 'forward_' | 'backward_', { name }: LayerEntry, own: boolean): Scope {
  const bare = name.replace(/^(forward|backward)_/, '');
  return new Set([`${direction}${bare}`, ...(own ? [name, `${direction}${name}`] : [])]);
}

/** The variables of a layer in the order in which it makes them. */
export function variables(
  { className, config, name }: LayerEntry,
  within: Within = { base: '', scopes: [] },
): Variable[] {
  const where = `layer ${JSON.stringify(name)}`;
  const { base, scopes } = within;
  const kernels = on(config.use_bias) ? ['kernel', 'bias'] : ['kernel'];
  const cell = on(config.use_bias) || className.startsWith('CuDNN') ? [...CELL, 'bias'] : CELL;
  const scaled = [...(on(config.scale) ? ['gamma'] : []), ...(on(config.center) ? ['beta'] : [])];
  if (CELLS[className]) return list({ base: `${base}cell/`, scopes }, cell);
  switch (className) {
    case 'LSTMCell':
    case 'GRUCell':
    case 'SimpleRNNCell':
      return list(within, cell);
    case 'RNN': {
      const cells = cellsOf(where, config);
      const stacked =
        Array.isArray(config.cell) || (isObject(config.cell) && config.cell.class_name === 'StackedRNNCells');
      const groups = groupNames(cells);
      return cells.flatMap((inner, index) => {
        if (!stacked) return variables(inner, { base: `${base}cell/`, scopes });
        // TensorFlow.js numbers them.
        const names = new Set([inner.name, `RNNCell_${index}`]);
        return variables(inner, { base: `${base}cell/cells/${groups[index]}/`, scopes: [...scopes, names] });
      });
    }
    case 'Bidirectional': {
      const forward = entryOf(where, config.layer);
      const backward = config.backward_layer ? entryOf(where, config.backward_layer) : forward;
      const [first, second] = [
        directed('forward_', forward, true),
        directed('backward_', backward, backward !== forward),
      ];
      return [
        ...variables(forward, { base: `${base}forward_layer/`, scopes: [...scopes, first] }),
        ...variables(backward, { base: `${base}backward_layer/`, scopes: [...scopes, second] }),
      ];
    }
    case 'TimeDistributed':
      return variables(entryOf(where, config.layer), { base: `${base}layer/`, scopes });
    case 'Dense':
    case 'Conv1D':
    case 'Conv2D':
    case 'Conv1DTranspose':
    case 'Conv2DTranspose':
    case 'DepthwiseConv1D':
    case 'DepthwiseConv2D':
      return list(within, kernels);
    case 'SeparableConv1D':
    case 'SeparableConv2D':
      return list(within, ['depthwise_kernel', 'pointwise_kernel', ...kernels.slice(1)]);
    case 'Embedding':
      return list(within, ['embeddings']);
    case 'PReLU':
      return list(within, ['alpha']);
    case 'RMSNormalization':
      return list(within, ['scale']);
    case 'BatchNormalization':
      return list(within, [...scaled, '-moving_mean', '-moving_variance']);
    case 'GroupNormalization':
      return list(within, scaled);
    case 'LayerNormalization':
      return list(within, on(config.rms_scaling, false) ? ['gamma'] : scaled);
    case 'Attention':
      return list(within, [
        ...(on(config.use_scale, false) ? ['scale'] : []),
        ...(config.score_mode === 'concat' ? ['concat_score_weight'] : []),
      ]);
    case 'AdditiveAttention':
      return list(within, on(config.use_scale) ? ['scale'] : []);
    case 'MultiHeadAttention':
      // Keras 2 has them in attributes with an underscore.
      return ['query', 'key', 'value', 'attention_output'].flatMap((part) => {
        const path = `${part.replace('attention_', '')}_dense/`;
        const own = list({ base: `${base}${path}`, scopes: [...scopes, new Set([part])] }, kernels);
        return own.map((variable) => ({ ...variable, otherPath: variable.path.replace(path, `_${path}`) }));
      });
    case 'Normalization':
      return config.mean === undefined || config.mean === null ? list(within, ['-mean', '-variance', '-count']) : [];
  }
  return [];
}
