import { badSpec, describe } from '../refuse.js';
import type { PaddingSpec } from '../spec.js';
import { advance, type Clock, fixedTime } from './clock.js';
import { type Check, size } from './field-checks.js';

/** A window that slides over the timesteps: the arithmetic of convolutions and pooling. */
export interface Window {
  /** Timesteps from the window's first to its last: `dilation · (taps - 1) + 1`. */
  readonly span: number;
  readonly stride: number;
  readonly padding: PaddingSpec;
  /** Round the number of outputs up. */
  readonly ceil?: boolean;
}

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

/** Timesteps from the first to the last of `taps` of them, `dilation` apart. */
export const spanOf = (taps: number, dilation: number): number => dilation * (taps - 1) + 1;

/** The time of what a window makes. */
export function windowClock(time: Clock | undefined, { span, stride, padding, ceil }: Window): Clock | undefined {
  if (typeof padding === 'string') return advance(time, { mul: 1, add: stride - 1, div: stride });
  const add = padding[0] + padding[1] - span + stride;
  if (!ceil) return advance(time, { mul: 1, add, div: stride });
  // Rounded up, but no window begins behind the sequence (PyTorch, ONNX from opset 19 on).
  return advance(time, { mul: 1, add: Math.min(add, padding[0]) + stride - 1, div: stride });
}

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
