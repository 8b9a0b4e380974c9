import { badSpec, describe } from '../refuse.js';
import { advance, type Clock, fixedTime } from './clock.js';
import { type Check, size } from './field-checks.js';
import { type Window, windowStep } from './window-steps.js';

const isPair = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && value.every((n) => Number.isSafeInteger(n) && n >= 0);

/** A `PaddingSpec`, or none. */
export const optionalPadding: Check = (value, where) => {
  if (value === undefined || value === 'same_upper' || value === 'same_lower' || isPair(value)) return;
  badSpec(where, 'not a pair of sizes', '[before, after], or same_upper or same_lower', describe(value));
};

/** Two whole numbers of at least 0, or none. */
export const optionalPair: Check = (value, where) => {
  if (value !== undefined && !isPair(value)) badSpec(where, 'not a pair of sizes', '[before, after]', describe(value));
};

export const optionalCount: Check = (value, where) => {
  if (value !== undefined && value !== 0) size(value, where);
};

/** The time of what a window makes. */
export const windowClock = (time: Clock | undefined, window: Window): Clock | undefined =>
  advance(time, windowStep(window));

/** Timesteps added before and after `time` of them. */
export function windowPadding({ span, stride, padding }: Window, time: number): readonly [number, number] {
  if (typeof padding !== 'string') return padding;
  const total = Math.max(0, (Math.ceil(time / stride) - 1) * stride + span - time);
  const less = Math.floor(total / 2);
  return padding === 'same_upper' ? [less, total - less] : [total - less, less];
}

/** @throws {SpecError} a fixed time too short for even one window. */
export function checkWindow(where: string, time: Clock | undefined): void {
  const known = fixedTime(time);
  if (known !== undefined && known < 1)
    badSpec(where, 'the sequence is too short', 'at least one timestep', `${known}`);
}
