import { type ClockStep, flows } from '../../graph/clock.js';
import { optionalTruth, size } from '../../graph/field-checks.js';
import { onlyInput, sequence } from '../../graph/node-context.js';
import { windowPadding } from '../../graph/window.js';
import { spanOf, type Window, windowStep } from '../../graph/window-steps.js';
import { badSpec } from '../../refuse.js';
import type { Pool2dNode } from '../../spec.js';
import { tapsBefore } from '../around/pool.js';
import { rowIndex } from '../around/values.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { windowed } from './conv2d.js';
import { frequenciesOf, NOTHING, ONES, optionalPaddings, optionalTwoSizes, twoSizes } from './plane.js';

/** The window of an axis: 0 time, 1 frequency. */
const windowAlong = (node: Pool2dNode, axis: 0 | 1): Window => ({
  span: spanOf(node.poolSize[axis], (node.dilation ?? ONES)[axis]),
  stride: node.stride[axis],
  padding: (node.padding ?? NOTHING)[axis],
  ceil: node.ceil ?? false,
});

/** What it makes of the number of timesteps. */
export const pool2dTimeStep = (node: Pool2dNode): ClockStep => windowStep(windowAlong(node, 0));

/** Maximum or mean of each window over time and frequency, per channel; what padding adds is never the maximum. Sums are float64. */
export const pool2d: LayerKind<Pool2dNode> = {
  fields: {
    channels: size,
    poolSize: twoSizes,
    stride: twoSizes,
    dilation: optionalTwoSizes,
    padding: optionalPaddings,
    countPadding: optionalTruth,
    ceil: optionalTruth,
  },
  check(node, context) {
    const { channels, countPadding, type, ceil, padding = NOTHING } = node;
    const x = sequence(context, onlyInput(context));
    frequenciesOf(context, x, channels);
    if (countPadding !== undefined && type === 'max_pool2d')
      badSpec(context.where, 'only an average counts padding', 'no countPadding', `${countPadding}`);
    if (ceil && padding.some((ends) => typeof ends === 'string'))
      badSpec(context.where, 'ceil is for explicit padding', 'no ceil');
    return [windowed(context, x, channels, channels, windowAlong(node, 0), windowAlong(node, 1))];
  },
  make(node, _, inputs, outputs) {
    const { channels, poolSize, stride, dilation = ONES, countPadding = false, type } = node;
    const average = type === 'average_pool2d';
    const [low, high] = [inputs / channels, outputs / channels];
    const [over, across] = poolSize;
    return {
      plan(plan) {
        const { arena, batch } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const [early, late] = windowPadding(windowAlong(node, 0), x.time);
        const [below, above] = windowPadding(windowAlong(node, 1), low);
        const y = plan.output(0, over === 1 && stride[0] === 1 && early + late === 0 ? x.mask : 0);
        /** One frequency of one row of y: windows over x's frames from `t` and frequencies from `f` on, which may lie outside. */
        const pool = (f32: Float32Array, row: number, t: number, f: number, to: number): void => {
          const firstT = tapsBefore(0, t, dilation[0], over);
          const lastT = tapsBefore(x.time, t, dilation[0], over);
          const firstF = tapsBefore(0, f, dilation[1], across);
          const lastF = tapsBefore(low, f, dilation[1], across);
          // Not behind the padding: where the number of windows is rounded up.
          const count = countPadding
            ? tapsBefore(x.time + late, t, dilation[0], over) * tapsBefore(low + above, f, dilation[1], across)
            : (lastT - firstT) * (lastF - firstF);
          for (let channel = 0; channel < channels; channel++) {
            let sum = 0;
            let most = Number.NEGATIVE_INFINITY;
            for (let i = firstT; i < lastT; i++) {
              const from = rowIndex(x, row * x.time + t + i * dilation[0]) + channel;
              for (let j = firstF; j < lastF; j++) {
                const value = f32[from + (f + j * dilation[1]) * channels] as number;
                sum += value;
                most = Math.max(most, value);
              }
            }
            f32[to + channel] = average ? sum / count : most;
          }
        };
        return [
          () => {
            const { f32 } = arena;
            for (let b = 0; b < batch; b++) {
              for (let t = 0; t < y.time; t++) {
                const to = rowIndex(y, b * y.time + t);
                for (let f = 0; f < high; f++)
                  pool(f32, b, t * stride[0] - early, f * stride[1] - below, to + f * channels);
              }
            }
          },
        ];
      },
    };
  },
  obstacle(node, [x]) {
    const { poolSize, stride, padding = NOTHING } = node;
    const [time] = padding;
    const alone = poolSize[0] === 1 && stride[0] === 1 && (typeof time === 'string' || time[0] + time[1] === 0);
    return x && flows(x) && !alone ? 'pools several frames, of which a stream has not all' : undefined;
  },
};
