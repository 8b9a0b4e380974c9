import { isInputTime } from '../../graph/clock.js';
import type { Check } from '../../graph/field-checks.js';
import type { NodeContext } from '../../graph/node-context.js';
import type { ValueInfo } from '../../graph/value.js';
import { badInput, badSpec, describe } from '../../refuse.js';
import type { PaddingSpec } from '../../spec.js';
import type { BuildContext, PlanContext, ValueBuffer } from '../layer.js';
import type { Holder } from '../recurrent/slot.js';

// Convolutions that see nothing but the past: a whole run has zeros before its first timestep, a stream the timesteps that it kept.

/** A check of what a convolution adds or drops along time, where `'causal'` says it too. */
export const orCausal =
  (check: Check): Check =>
  (value, where) => {
    if (value !== 'causal') check(value, where);
  };

/** @throws {SpecError} a stride that skips timesteps of a causal layer. */
export function checkCausal({ where }: NodeContext, stride: number): void {
  if (stride !== 1) badSpec(where, 'a causal layer has an output for each frame', 'stride 1 along time', `${stride}`);
}

/** Why a causal layer does not stream: its timesteps are not those of the stream. @param span timesteps that it sees. */
export const causalObstacle = ({ time }: ValueInfo, span: number): string | undefined =>
  span > 1 && !isInputTime(time) ? 'starts anew in every run' : undefined;

/** The padding of a causal convolution in sizes; other paddings as they are. */
export const inSizes = (padding: PaddingSpec | 'causal', span: number): PaddingSpec =>
  padding === 'causal' ? [span - 1, 0] : padding;

/**
 * What lasts in a stream of a causal layer: the timesteps before the one at hand, `[time][features]`.
 * @param count how many; 0: none.
 */
export function keepFrames(name: string, { slot }: BuildContext, count: number, features: number): Holder | undefined {
  return count > 0 ? { name, place: slot.carry(count * features), initial: [] } : undefined;
}

/**
 * A layer that keeps timesteps takes them as they come.
 * @throws {InputError} a mask or lengths were given: it knows no timesteps to leave out.
 */
export function refuseMask({ mask }: PlanContext, { name }: Holder, expected = 'no mask or lengths'): void {
  if (mask !== 0) badInput(`layer ${describe(name)}`, 'keeps the frames before, masked ones too', expected);
}

/**
 * The same for a layer that lengths are no harm to: they leave out nothing but the end of a row, which no timestep before it sees.
 * @returns how many timesteps of row `b` are valid; undefined where all are.
 * @throws {InputError} a mask was given.
 */
export function validSteps(
  plan: PlanContext,
  holder: Holder,
  { time }: ValueBuffer,
): ((b: number) => number) | undefined {
  const { arena, mask, zeroMasked } = plan;
  if (mask === 0) return undefined;
  if (!zeroMasked) refuseMask(plan, holder, 'no mask; lengths may be given');
  return (b) => {
    const { u8 } = arena;
    let end = 0;
    while (end < time && u8[mask + b * time + end] !== 0) end++;
    return end;
  };
}

/** Zeros where a row has ended, in whatever pieces it comes. */
export function zeroBehind({ arena, batch }: PlanContext, y: ValueBuffer, end: (b: number) => number): void {
  const { f32 } = arena;
  for (let b = 0; b < batch; b++) {
    const row = y.address + b * y.time * y.stride;
    f32.fill(0, (row + end(b) * y.stride) / 4, (row + y.time * y.stride) / 4);
  }
}
