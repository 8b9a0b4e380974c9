import type { Op, PlanContext, ValueBuffer } from '../layer.js';

/** Masks in a layer's own mask what a given one masks too; both `[rows]` bytes, `given` 0 for none. */
export function addMask({ arena }: PlanContext, own: number, given: number, rows: number): Op[] {
  const add: Op = () => {
    const { u8 } = arena;
    for (let row = 0; row < rows; row++) (u8[own + row] as number) &= u8[given + row] as number;
  };
  return given === 0 ? [] : [add];
}

/** The mask of a merge of values of one shape: a timestep is masked where all the inputs mask it (Keras 3). */
export function jointMask(plan: PlanContext): { mask: number; ops: Op[] } {
  const masks = [...new Set(plan.inputs.map((x) => x.mask))];
  if (masks.includes(0)) return { mask: 0, ops: [] };
  if (masks.length === 1) return { mask: masks[0] as number, ops: [] };
  const rows = (plan.inputs[0] as ValueBuffer).rows;
  const mask = plan.alloc(rows);
  const join: Op = () => {
    const { u8 } = plan.arena;
    for (let row = 0; row < rows; row++) {
      let kept = 0;
      for (let i = 0; i < masks.length; i++) kept |= u8[(masks[i] as number) + row] as number;
      u8[mask + row] = kept;
    }
  };
  return { mask, ops: [join] };
}

/** The mask of a merge of values that differ in shape: that of the inputs that have all the timesteps, if they agree on one. */
export function wideMask({ inputs }: PlanContext): number {
  const rows = inputs.reduce((most, x) => Math.max(most, x.rows), 0);
  const masks = new Set(inputs.filter((x) => x.rows === rows && x.kind === 'sequence').map((x) => x.mask));
  return masks.size === 1 ? ([...masks][0] as number) : 0;
}
