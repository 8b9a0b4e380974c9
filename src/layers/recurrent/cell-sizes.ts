import type { CellConfig } from '../../spec.js';

const GATES = { lstm: 4, gru: 3, rnn: 1 } as const;

/** Number of gates stacked in a cell's weights. */
export const gateCount = (type: CellConfig['type']): number => GATES[type];

/** Length of a cell's h: its units, or what the projection makes of them. */
export const outputLength = (cell: CellConfig): number =>
  (cell.type === 'lstm' ? cell.projection : undefined) ?? cell.units;

/** Multiply-adds of one timestep of a cell's matrix products: (inputs + h) · gates · units, and the projection. */
export function cellMultiplyAdds(cell: CellConfig, inputs: number): number {
  const projection = cell.type === 'lstm' && cell.projection !== undefined ? cell.units * cell.projection : 0;
  return (inputs + outputLength(cell)) * gateCount(cell.type) * cell.units + projection;
}
