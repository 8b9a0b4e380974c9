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
  const length = cellStateLength(config);
  if (length === 0) return { h };
  const { initialC } = config.tensors as { readonly initialC?: string };
  return { h, c: tensors.optional(initialC) ?? zeros(length) };
}

/** Length of h. */
export const outputLength = (config: AnyCellConfig): number =>
  config.type === 'lstm' || config.type === 'layer_norm_lstm' ? (config.projection ?? config.units) : config.units;

/** Length of c; 0 where there is none. */
function cellStateLength(config: AnyCellConfig): number {
  const { type, units } = config;
  switch (type) {
    case 'slstm':
      return 3 * units;
    case 'lstm':
    case 'layer_norm_lstm':
    case 'sru':
    case 'ssru':
      return units;
    case 'qrnn':
      return config.pooling === 'f' ? 0 : units;
    default:
      return 'mixedMemory' in config && config.mixedMemory ? units : 0;
  }
}
