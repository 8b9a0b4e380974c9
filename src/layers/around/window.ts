import { advance, type Clock, fixedTime } from '../../graph/clock.js';
import { type Check, size } from '../../graph/field-checks.js';
import { badSpec, describe } from '../../refuse.js';
import type { PaddingSpec } from '../../spec.js';

/** A window that slides over the timesteps. */
export interface Window {
  /** Timesteps from the window's first to its last. */
  readonly span: number;
  readonly stride: number;
  readonly padding: PaddingSpec;
  /** Round the number of outputs up. */
  readonly ceil?: boolean;
}

export const padding: Check = (value, where) => {
  if (value === undefined || value === 'same_upper' || value === 'same_lower') return;
  pair(value, where);
};

/** Two whole numbers of at least 0. */
export const pair: Check = (value, where) => {
  if (value === undefined) return;
  const fits = Array.isArray(value) && value.length === 2 && value.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!fits) badSpec(where, 'not a pair of sizes', '[before, after], or same_upper or same_lower', describe(value));
};

export const atLeast0: Check = (value, where) => {
  if (value !== undefined && value !== 0) size(value, where);
};

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
