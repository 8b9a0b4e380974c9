import { type ClockStep, timesteps } from '../../graph/clock.js';
import { type Check, list, size } from '../../graph/field-checks.js';
import type { NodeContext } from '../../graph/node-context.js';
import type { ValueInfo } from '../../graph/value.js';
import { optionalCount, optionalPadding } from '../../graph/window.js';
import { badSpec, describe } from '../../refuse.js';
import type { TwoSizes } from '../../spec.js';
import { orCausal } from '../around/causal.js';
import { checkChannels } from '../around/values.js';

// Rows seen as `[frequency][channels]`: what all layers that see them so have to check.

/** Frequencies of a row. @throws {SpecError} the channels do not divide its features. */
export const frequenciesOf = (context: NodeContext, x: ValueInfo, channels: number): number =>
  x.features / checkChannels(context, x, channels);

/** One entry for time, one for frequency, each checked. */
const pairOf =
  (time: Check, frequency = time): Check =>
  (value, where) => {
    list(value, where);
    const { length } = value as readonly unknown[];
    if (length !== 2) badSpec(where, 'not one for each axis', '[time, frequency]', describe(value));
    time((value as readonly unknown[])[0] ?? null, `${where}, time`);
    frequency((value as readonly unknown[])[1] ?? null, `${where}, frequency`);
  };

const optional =
  (check: Check): Check =>
  (value, where) => {
    if (value !== undefined) check(value, where);
  };

export const twoSizes: Check = pairOf(size);
export const optionalTwoSizes = optional(twoSizes);
export const optionalTwoCounts = optional(pairOf(optionalCount));
export const optionalPaddings = optional(pairOf(optionalPadding));

/** The same, of which time may be causal. @param check of an entry. */
export const optionalCausal = (check: Check): Check => optional(pairOf(orCausal(check), check));

/** The default of strides and dilations. */
export const ONES: TwoSizes = [1, 1];

/** What stands in the place of paddings, crops. */
export const NOTHING = [
  [0, 0],
  [0, 0],
] as const;

/** How long a frequency axis is after a window, a transposed one, …. @throws {SpecError} nothing is left. */
export function frequenciesAfter(where: string, before: number, step: ClockStep): number {
  const left = timesteps([step], { time: before });
  if (left < 1) badSpec(where, 'no frequency is left', 'at least one', `${left}`);
  return left;
}
