import type { AnyCellConfig } from '../../src/spec.js';
import type { Tensors } from './tensors.js';
import { type Vector, zeros } from './vector.js';

/** What a cell carries from one timestep to the next. */
export interface CellState {
  /** (units), or (projection). */
  readonly h: Vector;
  /** (units) of an LSTM; what else a newer cell carries. */
  readonly c?: Vector;
}

/** One timestep: the new state, and the gates after their activation, each (units). */
export interface CellStep {
  readonly state: CellState;
  readonly gates: Readonly<Record<string, Vector>>;
}

/** A function of one timestep for all units: (x, state) → (state', gates). The output is h'. */
export type Cell = (x: Vector, state: CellState) => CellStep;

/** The trained initial state, or zeros. */
export function initialState(config: AnyCellConfig, tensors: Tensors): CellState {
  const h = tensors.optional(config.tensors.initialH) ?? zeros(outputLength(config));
  switch (config.type) {
    case 'lstm':
    case 'sru':
    case 'ssru':
    case 'qrnn':
      if (config.type === 'qrnn' && config.pooling === 'f') return { h };
      return { h, c: tensors.optional(config.tensors.initialC) ?? zeros(config.units) };
    default:
      return { h };
  }
}

/** Length of h. */
export const outputLength = (config: AnyCellConfig): number =>
  config.type === 'lstm' ? (config.projection ?? config.units) : config.units;
