import type { PaddingSpec } from '../spec.js';
import type { ClockStep } from './clock.js';

// How many timesteps there are after a window, a slice, …, of as many before: what layers check and importers follow.

/** A window that slides over the timesteps: the arithmetic of convolutions and pooling. */
export interface Window {
  /** Timesteps from the window's first to its last: `dilation · (taps - 1) + 1`. */
  readonly span: number;
  readonly stride: number;
  readonly padding: PaddingSpec;
  /** Round the number of outputs up. */
  readonly ceil?: boolean;
}

/** Timesteps from the first to the last of `taps` of them, `dilation` apart. */
export const spanOf = (taps: number, dilation: number): number => dilation * (taps - 1) + 1;

export function windowStep({ span, stride, padding, ceil }: Window): ClockStep {
  if (typeof padding === 'string') return { mul: 1, add: stride - 1, div: stride };
  const add = padding[0] + padding[1] - span + stride;
  if (!ceil) return { mul: 1, add, div: stride };
  // Rounded up, but no window begins behind the sequence (PyTorch, ONNX from opset 19 on).
  return { mul: 1, add: Math.min(add, padding[0]) + stride - 1, div: stride };
}

/** A transposed convolution. */
export const spreadStep = (
  span: number,
  stride: number,
  crop: readonly [number, number],
  outputPadding: number,
): ClockStep => ({ mul: stride, add: span + outputPadding - stride - crop[0] - crop[1], div: 1 });

/** Every `step`-th timestep from `start` on, but for the last `drop` ones. */
export const sliceStep = (start: number, drop: number, step: number): ClockStep => ({
  mul: 1,
  add: step - 1 - start - drop,
  div: step,
});
