import type { NewerCellConfig } from '../../spec.js';
import type { CellKind } from '../recurrent/cell.js';
import { fastGrnn } from './fast-grnn.js';
import { minGru } from './min-gru.js';
import { minLstm } from './min-lstm.js';
import { qrnn } from './qrnn.js';
import { sru } from './sru.js';
import { ssru } from './ssru.js';

/** Cells that are composed of the kernels there are. */
export const NEWER_CELLS: Readonly<Record<NewerCellConfig['type'], CellKind<never>>> = {
  fast_grnn: fastGrnn,
  min_gru: minGru,
  min_lstm: minLstm,
  sru,
  ssru,
  qrnn,
};
