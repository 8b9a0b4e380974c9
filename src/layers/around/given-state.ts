import type { ValueInfo } from '../../graph/value.js';
import type { Op, PlanContext, ValueBuffer } from '../layer.js';
import { CELLS } from '../recurrent/cells.js';
import { recurrent } from '../recurrent/recurrent.js';
import type { Holder } from '../recurrent/slot.js';

// State of layers that are no cells, which other values may give and take as they do with h of recurrent ones.

/** Starts a run from the state that another value gives, bit by bit: a run that is cut goes on from what it was. */
export function takeState(
  { place }: Holder,
  { kernels, batch, slotBytes }: PlanContext,
  { address, stride }: ValueBuffer,
): Op {
  const { offset, length } = place.parts[0];
  return (state) => kernels.copyRows(address, stride, state + offset, slotBytes, batch, length);
}

/** Gives the state after the last timestep as output 1, if the node has it. */
export function giveState({ place }: Holder, { kernels, batch, slotBytes, output }: PlanContext): Op[] {
  const { offset, length } = place.parts[0];
  const to = output(1);
  return to ? [(state) => kernels.copyRows(state + offset, slotBytes, to.address, to.stride, batch, length)] : [];
}

/** Why a layer whose state is its own, or `given` by another value, does not stream: the reasons of recurrent ones. */
export const stateObstacle = (given: boolean, carried: boolean, x: ValueInfo | undefined): string | undefined =>
  recurrent(CELLS.rnn).obstacle({ inputs: given ? ['x', 'h0'] : ['x'] } as never, x ? [x] : [], carried);
