import type { NewerCellConfig } from '../../spec.js';
import type { CellKind } from '../recurrent/cell.js';
import { fastGrnn } from './fast-grnn.js';

/** Cells that are composed of the kernels there are. */
export const NEWER_CELLS: Readonly<Record<NewerCellConfig['type'], CellKind<never>>> = {
  fast_grnn: fastGrnn,
};
