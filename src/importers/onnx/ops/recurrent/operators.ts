import type { Run } from '../run.js';
import { recurrent } from './layer.js';
import { dynamicQuantizeLstm } from './quantised.js';

export const RECURRENT: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  LSTM: recurrent('lstm'),
  GRU: recurrent('gru'),
  RNN: recurrent('rnn'),
};

/** Of the domain com.microsoft. */
export const QUANTISED_LSTM: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  DynamicQuantizeLSTM: dynamicQuantizeLstm,
};
