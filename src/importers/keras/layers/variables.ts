import { isObject } from '../../formats/json.js';
import { cellsOf, entryOf, type LayerEntry } from '../entries.js';
import { groupNames } from '../files/group-names.js';

/** A variable of a layer: where a `.keras` file keeps it under the layer, and whether training changes it. */
export interface Variable {
  readonly path: string;
  readonly trainable: boolean;
}

const CELLS: Readonly<Record<string, string>> = {
  LSTM: 'LSTMCell',
  GRU: 'GRUCell',
  SimpleRNN: 'SimpleRNNCell',
  CuDNNLSTM: 'LSTMCell',
  CuDNNGRU: 'GRUCell',
};

const on = (value: unknown, otherwise = true): boolean =>
  value === undefined || value === null ? otherwise : value === true;

const list = (base: string, ...trainable: boolean[]): Variable[] =>
  trainable.map((trains, index) => ({ path: `${base}vars/${index}`, trainable: trains }));

/** The variables of a layer in the order in which it makes them. */
export function variables({ className, config, name }: LayerEntry, base = ''): Variable[] {
  const where = `layer ${JSON.stringify(name)}`;
  const bias = on(config.use_bias) ? [true] : [];
  if (CELLS[className]) return list(`${base}cell/`, true, true, ...(className.startsWith('CuDNN') ? [true] : bias));
  switch (className) {
    case 'LSTMCell':
    case 'GRUCell':
    case 'SimpleRNNCell':
      return list(base, true, true, ...bias);
    case 'RNN': {
      const cells = cellsOf(where, config);
      const stacked =
        Array.isArray(config.cell) || (isObject(config.cell) && config.cell.class_name === 'StackedRNNCells');
      const groups = groupNames(cells);
      return cells.flatMap((cell, index) =>
        variables(cell, stacked ? `${base}cell/cells/${groups[index]}/` : `${base}cell/`),
      );
    }
    case 'Bidirectional': {
      const forward = entryOf(where, config.layer);
      const backward = config.backward_layer ? entryOf(where, config.backward_layer) : forward;
      return [...variables(forward, `${base}forward_layer/`), ...variables(backward, `${base}backward_layer/`)];
    }
    case 'TimeDistributed':
      return variables(entryOf(where, config.layer), `${base}layer/`);
    case 'Dense':
    case 'Conv1D':
      return list(base, true, ...bias);
    case 'Embedding':
    case 'PReLU':
    case 'RMSNormalization':
      return list(base, true);
    case 'BatchNormalization':
      return list(base, ...(on(config.scale) ? [true] : []), ...(on(config.center) ? [true] : []), false, false);
    case 'LayerNormalization':
      if (on(config.rms_scaling, false)) return list(base, true);
      return list(base, ...(on(config.scale) ? [true] : []), ...(on(config.center) ? [true] : []));
    case 'Normalization':
      return config.mean === undefined || config.mean === null ? list(base, false, false, false) : [];
  }
  return [];
}
