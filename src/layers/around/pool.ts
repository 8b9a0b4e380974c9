import { later, optionalSize, optionalTruth, size } from '../../graph/field-checks.js';
import { onlyInput, sequence } from '../../graph/node-check.js';
import { badSpec, choose } from '../../refuse.js';
import type { Pool1dNode, ReduceNode } from '../../spec.js';
import type { LayerKind, PlanContext, ValueBuffer } from '../layer.js';
import { flows, rowAt, vector } from './values.js';
import { checkWindow, padding, type Window, windowClock, windowPadding } from './window.js';

const windowOf = ({ poolSize, stride, dilation = 1, padding = [0, 0], ceil = false }: Pool1dNode): Window => ({
  span: dilation * (poolSize - 1) + 1,
  stride,
  padding,
  ceil,
});

/** Maximum or mean of each window of timesteps, per feature; timesteps that the padding adds are never the maximum. */
export const pool1d: LayerKind<Pool1dNode> = {
  fields: {
    poolSize: size,
    stride: size,
    dilation: optionalSize,
    padding,
    countPadding: optionalTruth,
    ceil: optionalTruth,
  },
  check(node, at) {
    const x = sequence(at, onlyInput(at));
    if (node.countPadding !== undefined && node.type === 'max_pool1d') {
      badSpec(at.where, 'only an average counts padding', 'no countPadding', `${node.countPadding}`);
    }
    if (node.ceil && typeof node.padding === 'string') badSpec(at.where, 'ceil is for explicit padding', 'no ceil');
    const time = windowClock(x.time, windowOf(node));
    checkWindow(at.where, time);
    return [{ ...x, time }];
  },
  make(node) {
    const { poolSize, stride, dilation = 1, countPadding = false, type } = node;
    const average = type === 'average_pool1d';
    return {
      plan(plan) {
        const { arena, batch } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0);
        const [before, after] = windowPadding(windowOf(node), x.time);
        const pool = (b: number, t: number, feature: number): number => {
          const { f32 } = arena;
          let [sum, most, count] = [0, Number.NEGATIVE_INFINITY, 0];
          for (let j = 0; j < poolSize; j++) {
            const from = t * stride + j * dilation - before;
            // Behind the padding too: where the number of windows is rounded up.
            if (from >= x.time + after) break;
            if (countPadding) count++;
            if (from < 0 || from >= x.time) continue;
            const value = f32[rowAt(x, b * x.time + from) + feature] as number;
            if (!countPadding) count++;
            sum += value;
            most = Math.max(most, value);
          }
          return average ? sum / count : most;
        };
        return [() => fillEach(plan, y, batch, pool)];
      },
    };
  },
  obstacle: (_, [x]) => (x && flows(x) ? 'pools several timesteps, so it needs the whole sequence first' : undefined),
};

const REDUCTIONS = {
  sum: { start: 0, join: (a: number, b: number) => a + b },
  mean: { start: 0, join: (a: number, b: number) => a + b },
  max: { start: Number.NEGATIVE_INFINITY, join: Math.max },
  min: { start: Number.POSITIVE_INFINITY, join: Math.min },
} as const;

/** One number for each feature over all timesteps, or for each timestep over all features. Sums are float64. */
export const reduce: LayerKind<ReduceNode> = {
  fields: { operation: later, axis: later, masked: optionalTruth },
  check({ operation, axis, masked }, at) {
    const x = onlyInput(at);
    choose(REDUCTIONS, operation, at.where, 'operation');
    choose({ time: 0, features: 0 }, axis, at.where, 'axis');
    if (masked && (operation !== 'mean' || axis !== 'time')) {
      badSpec(at.where, 'masked is for the mean over time', 'no masked', `${operation} over ${axis}`);
    }
    if (axis === 'features') return [{ ...x, features: 1 }];
    return [vector(sequence(at, x).features)];
  },
  make({ operation, axis, masked = false }) {
    const { start, join } = REDUCTIONS[operation];
    const mean = operation === 'mean';
    return {
      plan(plan) {
        const { arena, batch } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const mask = masked ? x.mask : 0;
        const y = plan.output(0, axis === 'features' ? x.mask : 0);
        const overTime = (b: number, _: number, feature: number): number => {
          const { f32, u8 } = arena;
          let [total, count] = [start as number, 0];
          for (let t = 0; t < x.time; t++) {
            if (mask !== 0 && u8[mask + b * x.time + t] === 0) continue;
            total = join(total, f32[rowAt(x, b * x.time + t) + feature] as number);
            count++;
          }
          // All masked: Keras divides 0 by a count of 0, rounded up to its epsilon.
          return mean ? total / (count === 0 ? 1 : count) : total;
        };
        const overFeatures = (b: number, t: number): number => {
          const { f32 } = arena;
          const at = rowAt(x, b * x.time + t);
          let total = start as number;
          for (let j = 0; j < x.features; j++) total = join(total, f32[at + j] as number);
          return mean ? total / x.features : total;
        };
        return [() => fillEach(plan, y, batch, axis === 'time' ? overTime : overFeatures)];
      },
    };
  },
  obstacle: ({ axis }, [x]) =>
    axis === 'time' && x && flows(x) ? 'joins all timesteps, so it needs the whole sequence first' : undefined,
};

function fillEach(
  { arena }: PlanContext,
  y: ValueBuffer,
  batch: number,
  compute: (b: number, t: number, feature: number) => number,
): void {
  const { f32 } = arena;
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < y.time; t++) {
      const to = rowAt(y, b * y.time + t);
      for (let j = 0; j < y.features; j++) f32[to + j] = compute(b, t, j);
    }
  }
}
