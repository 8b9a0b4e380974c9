import { flows } from '../../graph/clock.js';
import { optionalSize, optionalTruth, size } from '../../graph/field-checks.js';
import { onlyInput, sequence } from '../../graph/node-context.js';
import { checkWindow, optionalPadding, windowClock, windowPadding } from '../../graph/window.js';
import { spanOf, type Window } from '../../graph/window-steps.js';
import { badSpec } from '../../refuse.js';
import type { Pool1dNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { rowIndex } from './values.js';

const windowOf = ({ poolSize, stride, dilation = 1, padding = [0, 0], ceil = false }: Pool1dNode): Window => ({
  span: spanOf(poolSize, dilation),
  stride,
  padding,
  ceil,
});

/** How many taps of a window stand before a timestep: not one by one, since a window may be far longer than the sequence. */
export const tapsBefore = (timestep: number, start: number, dilation: number, poolSize: number): number =>
  Math.min(poolSize, Math.max(0, Math.ceil((timestep - start) / dilation)));

/** Maximum or mean of each window of timesteps, per feature; timesteps that the padding adds are never the maximum. */
export const pool1d: LayerKind<Pool1dNode> = {
  fields: {
    poolSize: size,
    stride: size,
    dilation: optionalSize,
    padding: optionalPadding,
    countPadding: optionalTruth,
    ceil: optionalTruth,
  },
  check(node, context) {
    const x = sequence(context, onlyInput(context));
    if (node.countPadding !== undefined && node.type === 'max_pool1d') {
      badSpec(context.where, 'only an average counts padding', 'no countPadding', `${node.countPadding}`);
    }
    if (node.ceil && typeof node.padding === 'string')
      badSpec(context.where, 'ceil is for explicit padding', 'no ceil');
    const time = windowClock(x.time, windowOf(node));
    checkWindow(context.where, time);
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
        /** One row of y: the window over x's timesteps `start`, `start + dilation`, …, which may lie outside. */
        const pool = (f32: Float32Array, row: number, start: number, to: number): void => {
          const first = tapsBefore(0, start, dilation, poolSize);
          const last = tapsBefore(x.time, start, dilation, poolSize);
          // Not behind the padding: where the number of windows is rounded up.
          const count = countPadding ? tapsBefore(x.time + after, start, dilation, poolSize) : last - first;
          for (let feature = 0; feature < x.features; feature++) {
            let sum = 0;
            let most = Number.NEGATIVE_INFINITY;
            for (let tap = first; tap < last; tap++) {
              const value = f32[rowIndex(x, row * x.time + start + tap * dilation) + feature] as number;
              sum += value;
              most = Math.max(most, value);
            }
            f32[to + feature] = average ? sum / count : most;
          }
        };
        return [
          () => {
            const { f32 } = arena;
            for (let b = 0; b < batch; b++) {
              for (let t = 0; t < y.time; t++) pool(f32, b, t * stride - before, rowIndex(y, b * y.time + t));
            }
          },
        ];
      },
    };
  },
  obstacle: (_, [x]) => (x && flows(x) ? 'pools several timesteps, so it needs the whole sequence first' : undefined),
};
