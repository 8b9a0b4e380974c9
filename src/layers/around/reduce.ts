import { flows } from '../../graph/clock.js';
import { checkedWithNode, optionalTruth } from '../../graph/field-checks.js';
import { onlyInput, sequence } from '../../graph/node-context.js';
import { badSpec, choose } from '../../refuse.js';
import type { ReduceNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { AXES, rowIndex, vector } from './values.js';

/** What each operation starts from. */
const STARTS = { sum: 0, mean: 0, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY, prod: 1 } as const;

/** One number for each feature over all timesteps, or for each timestep over all features. Sums are float64. */
export const reduce: LayerKind<ReduceNode> = {
  fields: { operation: checkedWithNode, axis: checkedWithNode, masked: optionalTruth },
  check({ operation, axis, masked }, context) {
    const x = onlyInput(context);
    choose(STARTS, operation, context.where, 'operation');
    choose(AXES, axis, context.where, 'axis');
    if (masked && (operation !== 'mean' || axis !== 'time')) {
      badSpec(context.where, 'masked is for the mean over time', 'no masked', `${operation} over ${axis}`);
    }
    if (axis === 'features') return [{ ...x, features: 1 }];
    return [vector(sequence(context, x).features)];
  },
  make({ operation, axis, masked = false }) {
    const start = STARTS[operation];
    const [isMax, isMin, mean] = [operation === 'max', operation === 'min', operation === 'mean'];
    const isProduct = operation === 'prod';
    const adds = mean || operation === 'sum';
    return {
      plan(plan) {
        const { arena, batch } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const mask = masked ? x.mask : 0;
        const y = plan.output(0, axis === 'features' ? x.mask : 0);
        /** Joins `count` numbers, `step` from one to the next, but those whose byte in the mask (0: none) is 0. */
        const join = (f32: Float32Array, from: number, step: number, count: number, live: number, to: number): void => {
          const { u8 } = arena;
          let total: number = start;
          let joined = 0;
          if (adds && live === 0) {
            for (let i = 0; i < count; i++) total += f32[from + i * step] as number;
            joined = count;
          } else
            for (let i = 0; i < count; i++) {
              if (live !== 0 && u8[live + i] === 0) continue;
              const value = f32[from + i * step] as number;
              if (isMax) total = Math.max(total, value);
              else if (isMin) total = Math.min(total, value);
              else if (isProduct) total *= value;
              else total += value;
              joined++;
            }
          // All masked: NaN, as in every version of Keras.
          f32[to] = mean ? total / joined : total;
        };
        const overTime = (): void => {
          for (let b = 0; b < batch; b++) {
            const from = rowIndex(x, b * x.time);
            const to = rowIndex(y, b);
            const live = mask === 0 ? 0 : mask + b * x.time;
            for (let j = 0; j < y.features; j++) join(arena.f32, from + j, x.stride / 4, x.time, live, to + j);
          }
        };
        const overFeatures = (): void => {
          for (let row = 0; row < x.rows; row++) {
            join(arena.f32, rowIndex(x, row), 1, x.features, 0, rowIndex(y, row));
          }
        };
        return [axis === 'time' ? overTime : overFeatures];
      },
    };
  },
  obstacle: ({ axis }, [x]) =>
    axis === 'time' && x && flows(x) ? 'joins all timesteps, so it needs the whole sequence first' : undefined,
};
