import type { AnyCellConfig } from '../../src/spec.js';
import type { Cell } from './cell.js';
import { cfcCell, cfcPureCell } from './cfc.js';
import { fastGrnnCell } from './fast_grnn.js';
import { gruCell } from './gru.js';
import { layerNormLstmCell } from './layer-norm-lstm.js';
import { lstmCell } from './lstm.js';
import { ltcCell } from './ltc.js';
import { rnnCell } from './rnn.js';
import { minGruCell, minLstmCell, qrnnCell, sruCell, ssruCell } from './scan.js';
import { slstmCell } from './slstm.js';
import type { Tensors } from './tensors.js';

export function makeCell(config: AnyCellConfig, tensors: Tensors): Cell {
  switch (config.type) {
    case 'lstm':
      return lstmCell(config, tensors);
    case 'gru':
      return gruCell(config, tensors);
    case 'rnn':
      return rnnCell(config, tensors);
    case 'fast_grnn':
      return fastGrnnCell(config, tensors);
    case 'min_gru':
      return minGruCell(config, tensors);
    case 'min_lstm':
      return minLstmCell(config, tensors);
    case 'sru':
      return sruCell(config, tensors);
    case 'ssru':
      return ssruCell(config, tensors);
    case 'qrnn':
      return qrnnCell(config, tensors);
    case 'layer_norm_lstm':
      return layerNormLstmCell(config, tensors);
    case 'cfc':
      return cfcCell(config, tensors);
    case 'cfc_pure':
      return cfcPureCell(config, tensors);
    case 'slstm':
      return slstmCell(config, tensors);
    case 'ltc':
      return ltcCell(config, tensors);
  }
}
