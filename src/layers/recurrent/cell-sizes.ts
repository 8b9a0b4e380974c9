import type { AnyCell, CellKind } from './cell.js';

/** How many rows of weights a unit has: one for each gate, or one where there are none. */
export const rowsPerUnit = ({ gates }: Pick<CellKind<never>, 'gates'>): number =>
  Math.max(1, Object.keys(gates).length);

/** Lengths of h, and of c where there is one. */
export const stateLengths = (kind: CellKind<never>, cell: AnyCell): readonly [h: number, c?: number] =>
  kind.stateLengths?.(cell as never) ?? [cell.units];
