import type { AnyCellConfig } from '../../src/spec.js';
import type { Cell } from './cell.js';
import { fastGrnnCell } from './fast_grnn.js';
import { gruCell } from './gru.js';
import { lstmCell } from './lstm.js';
import { rnnCell } from './rnn.js';
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
  }
}
