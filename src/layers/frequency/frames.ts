import type { PlanContext, ValueBuffer } from '../layer.js';
import type { StatePart } from '../recurrent/slot.js';

/** Floats beyond the end that whole vectors may read. */
const SLACK = 4;

/** The frames of one row of the batch with what padding adds around them: `[time][frequency][channels]`, without gaps. */
export interface Frames {
  /** Frames, padding and those of the past among them. */
  readonly time: number;
  readonly frequency: number;
  /** Bytes from one frame to the next. */
  readonly stride: number;
  /** Puts those of row `b` in place, behind those that its state kept. @returns their address. */
  take(b: number, state: number): number;
  /** Keeps the last ones in the state of row `b`; of those before frame `end`, where a row ends before the others. */
  keep(b: number, state: number, end?: number): void;
}

/**
 * @param pads zeros before and after, along time and frequency.
 * @param past where in a slot the frames lie that came before, tight as `[time][frequency][channels]`; they stand in the place of
 *   the zeros before. A stream thus computes from the numbers that a whole run has there.
 */
export function layFrames(
  { kernels, slotBytes, alloc }: PlanContext,
  x: ValueBuffer,
  channels: number,
  pads: readonly [time: readonly [number, number], frequency: readonly [number, number]],
  past: StatePart | undefined,
): Frames {
  const [[before, after], [low, high]] = pads;
  const frequency = x.features / channels + low + high;
  const time = before + x.time + after;
  const row = frequency * channels;
  const stride = 4 * row;
  if (before + after + low + high === 0 && x.stride === stride) {
    return { time, frequency, stride, take: (b) => x.address + b * time * stride, keep() {} };
  }
  const block = alloc(time * stride + 4 * SLACK);
  const inside = block + 4 * low * channels;
  const kept = past && { offset: past.offset, bytes: 4 * x.features };
  return {
    time,
    frequency,
    stride,
    take(b, state) {
      if (kept) kernels.copyRows(state + b * slotBytes + kept.offset, kept.bytes, inside, stride, before, x.features);
      const from = x.address + b * x.time * x.stride;
      kernels.copyRows(from, x.stride, inside + before * stride, stride, x.time, x.features);
      return block;
    },
    keep(b, state, end = x.time) {
      if (!kept) return;
      const last = inside + end * stride;
      kernels.copyRows(last, stride, state + b * slotBytes + kept.offset, kept.bytes, before, x.features);
    },
  };
}
