import { refuse } from '../shared/refuse.js';
import { gru, lstm, type MadeCell, rnn } from './cells.js';
import type { TensorFlowCell } from './config.js';
import type { Filled } from './fields.js';
import { layerNormBasicLstm, sketchLayerNormLstm } from './layer-norm.js';
import type { Site } from './site.js';

/** Any of the cells, with its own activation and options. */
export function cellOf(layer: Filled<TensorFlowCell>, site: Site): MadeCell {
  if (layer.prefix.includes('attention_cell_wrapper'))
    refuse(
      `layer ${JSON.stringify(site.name)}`,
      'a cell within an AttentionCellWrapper',
      'a cell by itself, which reads its input as it is',
      layer.prefix,
    );
  if (layer.type === 'gru_cell') return gru(layer, site);
  if (layer.type === 'basic_rnn_cell') return rnn(layer, site);
  if (layer.type === 'layer_norm_basic_lstm_cell') return layerNormBasicLstm(layer, site);
  if (layer.type === 'sketch_layer_norm_lstm_cell') return sketchLayerNormLstm(layer, site);
  return lstm(layer, site);
}
