import type { NewerCellConfig } from '../../spec.js';
import type { CellKind } from '../recurrent/cell.js';
import { cfc, cfcPure } from './cfc.js';
import { fastGrnn } from './fast-grnn.js';
import { layerNormLstm } from './layer-norm-lstm.js';
import { ltc } from './ltc.js';
import { minGru } from './min-gru.js';
import { minLstm } from './min-lstm.js';
import { qrnn } from './qrnn.js';
import { slstm } from './slstm.js';
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
  layer_norm_lstm: layerNormLstm,
  cfc,
  cfc_pure: cfcPure,
  slstm,
  ltc,
};
