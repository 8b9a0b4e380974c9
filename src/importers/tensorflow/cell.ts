import { refuse } from '../shared/refuse.js';
import { gru, lstm, type MadeCell, rnn } from './cells.js';
import type { TensorFlowCell } from './config.js';
import type { Filled } from './fields.js';
import { layerNormBasicLstm, sketchLayerNormLstm } from './layer-norm.js';
import type { Site } from './site.js';

/**
 * Cells of tf.contrib.rnn whose variables have the names and the ranks of those that are read here, by the end of their scope. The gates are others
 * in number.
 */
export const OTHER_CELLS = /(^|\/)(coupled_input_forget_gate_lstm_cell|ugrnn_cell)(_\d+)?$/;
/** `CudnnCompatibleLSTMCell`, whose forget_bias is 0 and no argument. */
export const CUDNN_LSTM = /(^|\/)cudnn_compatible_lstm_cell(_\d+)?$/;

/** Any of the cells, with its own activation and options. */
export function cellOf(layer: Filled<TensorFlowCell>, site: Site): MadeCell {
  const { prefix } = layer;
  const where = `layer ${JSON.stringify(site.name)}`;
  if (prefix.includes('attention_cell_wrapper'))
    refuse(where, 'a cell within an AttentionCellWrapper', 'a cell by itself, which reads its input as it is', prefix);
  if (OTHER_CELLS.test(prefix)) refuse(where, 'a cell of other gates', 'one of the cells of a config', prefix);
  if (CUDNN_LSTM.test(prefix) && (!('forgetBias' in layer) || layer.forgetBias !== 0))
    refuse(where, 'a forget bias that CudnnCompatibleLSTMCell does not have', 'a cell of forgetBias 0', prefix);
  if (layer.type === 'gru_cell') return gru(layer, site);
  if (layer.type === 'basic_rnn_cell') return rnn(layer, site);
  if (layer.type === 'layer_norm_basic_lstm_cell') return layerNormBasicLstm(layer, site);
  if (layer.type === 'sketch_layer_norm_lstm_cell') return sketchLayerNormLstm(layer, site);
  return lstm(layer, site);
}
