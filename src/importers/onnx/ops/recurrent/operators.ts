import type { Run } from '../run.js';
import { recurrent } from './layer.js';
import { dynamicQuantizeLstm } from './quantised.js';

export const RECURRENT: Readonly<Record<string, Run>> = {
  LSTM: recurrent('lstm'),
  GRU: recurrent('gru'),
  RNN: recurrent('rnn'),
};

/** Of the domain com.microsoft. */
export const QUANTISED_LSTM: Readonly<Record<string, Run>> = { DynamicQuantizeLSTM: dynamicQuantizeLstm };
