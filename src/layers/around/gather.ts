import type { Op, PlanContext, ValueBuffer } from '../layer.js';
import { rowIndex } from './values.js';

/**
 * Copies `y.time` rows of each row of the batch.
 * @param first the timestep of x that is y's first.
 * @param step timesteps of x from one to the next; may be negative.
 */
export function copyTimesteps(
  { kernels, batch }: PlanContext,
  x: ValueBuffer,
  y: ValueBuffer,
  first: number,
  step: number,
): Op {
  return () => {
    for (let b = 0; b < batch; b++) {
      const from = x.address + (b * x.time + first) * x.stride;
      kernels.copyRows(from, step * x.stride, y.address + b * y.time * y.stride, y.stride, y.time, y.features);
    }
  };
}

/**
 * Fills each feature of each row from one of the input's.
 * @param sources which, for each of y's; below 0: the constant.
 */
export function gatherFeatures(
  { arena }: PlanContext,
  x: ValueBuffer,
  y: ValueBuffer,
  sources: Int32Array,
  constant = 0,
): Op {
  return () => {
    const { f32 } = arena;
    for (let row = 0; row < y.rows; row++) {
      const from = rowIndex(x, row);
      const to = rowIndex(y, row);
      for (let j = 0; j < y.features; j++) {
        const source = sources[j] as number;
        if (source < 0) f32[to + j] = constant;
        else f32[to + j] = f32[from + source] as number;
      }
    }
  };
}

/** Fills each timestep from one of the input's; as `gatherFeatures` along the other axis. */
export function gatherTimesteps(
  { arena, batch }: PlanContext,
  x: ValueBuffer,
  y: ValueBuffer,
  sources: Int32Array,
  constant = 0,
): Op {
  return () => {
    const { f32 } = arena;
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < y.time; t++) {
        const to = rowIndex(y, b * y.time + t);
        const source = sources[t] as number;
        if (source < 0) f32.fill(constant, to, to + y.features);
        else {
          const from = rowIndex(x, b * x.time + source);
          f32.copyWithin(to, from, from + x.features);
        }
      }
    }
  };
}
