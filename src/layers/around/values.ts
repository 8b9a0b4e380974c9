import { fixedTime } from '../../graph/clock.js';
import type { NodeContext } from '../../graph/node-context.js';
import type { Shape, ValueInfo } from '../../graph/value.js';
import { badSpec, describe } from '../../refuse.js';
import type { ValueBuffer } from '../layer.js';

/** Timesteps of a value whose number is known before any run: 1 for a vector. @throws {SpecError} */
export function knownTime({ where }: NodeContext, x: ValueInfo): number {
  const time = x.kind === 'vector' ? 1 : fixedTime(x.time);
  if (time === undefined) {
    badSpec(
      where,
      `input ${describe(x.name)} has no fixed time`,
      'a vector, or a sequence of fixed time',
      'a sequence',
    );
  }
  return time;
}

export const vector = (features: number): Shape => ({ kind: 'vector', dtype: 'float32', features });

/** What a layer that works along one axis may be told to take. */
export const AXES = { time: 'time', features: 'features' } as const;

/** Index into float32 of the start of one row of a value. */
export const rowIndex = ({ address, stride }: ValueBuffer, row: number): number => (address + row * stride) / 4;

/** Channels of a row `[frequency][channels]`. @throws {SpecError} they do not divide its features. */
export function checkChannels({ where }: NodeContext, { features }: ValueInfo, channels: number): number {
  if (features % channels !== 0)
    badSpec(where, 'channels must divide the features', `a divisor of ${features}`, `${channels}`);
  return channels;
}

/** Features that a layer along them takes for one: the channels of a frequency. @throws {SpecError} */
export function checkBlocks(context: NodeContext, axis: string, x: ValueInfo, channels: number | undefined): number {
  if (channels === undefined) return 1;
  if (axis !== AXES.features) badSpec(context.where, 'channels are for features', 'no channels', `${channels}`);
  return checkChannels(context, x, channels);
}
