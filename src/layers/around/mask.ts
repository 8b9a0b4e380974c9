import type { Op, PlanContext } from '../layer.js';

/** Masks in a layer's own mask what a given one masks too; both `[rows]` bytes, `given` 0 for none. */
export function addMask({ arena }: PlanContext, own: number, given: number, rows: number): Op[] {
  const add: Op = () => {
    const { u8 } = arena;
    for (let row = 0; row < rows; row++) (u8[own + row] as number) &= u8[given + row] as number;
  };
  return given === 0 ? [] : [add];
}
