import { flows } from '../../graph/clock.js';
import { checkedWithNode, list, notNegative, size } from '../../graph/field-checks.js';
import { namedTensors, onlyInput } from '../../graph/node-context.js';
import { badSpec, choose, describe } from '../../refuse.js';
import type { GroupNormNode } from '../../spec.js';
import { packVector } from '../../wasm/pack.js';
import { rowIndex } from '../around/values.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { frequenciesOf } from './plane.js';

const AXES = { time: 0, frequency: 0 };

/**
 * `(x - mean) / sqrt(variance + epsilon) · gamma + beta` over groups of channels (Wu & He 2018; one channel each: Ulyanov et al. 2016),
 * with frequency and time or without. Sums are float64, the variance by a second pass over the differences.
 */
export const groupNorm: LayerKind<GroupNormNode> = {
  fields: {
    channels: size,
    groups: size,
    axes: checkedWithNode,
    epsilon: notNegative,
    tensors: checkedWithNode,
  },
  check({ channels, groups, axes, tensors }, context) {
    const x = onlyInput(context);
    const { where } = context;
    frequenciesOf(context, x, channels);
    list(axes, `${where}, axes`);
    for (const axis of axes) choose(AXES, axis, where, 'axis');
    if (new Set(axes).size !== axes.length || (axes.includes('time') && !axes.includes('frequency')))
      badSpec(where, 'not axes to join', '[], [frequency] or [time, frequency]', describe(axes));
    if (channels % groups !== 0)
      badSpec(where, 'groups must divide the channels', `a divisor of ${channels}`, `${groups}`);
    namedTensors(context, tensors, { 'gamma?': [channels], 'beta?': [channels] }, where);
    return [x];
  },
  make({ channels, groups, axes, epsilon, tensors }, context, inputs) {
    const gamma = packVector(context, tensors.gamma) / 4;
    const beta = packVector(context, tensors.beta) / 4;
    const own = channels / groups;
    const frequency = inputs / channels;
    // Numbers of a row that share a mean: so many frequencies, of which each has `own` of them.
    const across = axes.includes('frequency') ? frequency : 1;
    return {
      plan(plan) {
        const { arena } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, x.mask);
        const rows = axes.includes('time') ? x.time : 1;
        const count = rows * across * own;
        /** The numbers from feature `first` on, of `rows` rows. */
        const normalise = (f32: Float32Array, row: number, first: number, channel: number): void => {
          let sum = 0;
          for (let r = 0; r < rows; r++) {
            const from = rowIndex(x, row + r) + first;
            for (let f = 0; f < across; f++)
              for (let c = 0; c < own; c++) sum += f32[from + f * channels + c] as number;
          }
          const mean = sum / count;
          let squares = 0;
          for (let r = 0; r < rows; r++) {
            const from = rowIndex(x, row + r) + first;
            for (let f = 0; f < across; f++) {
              for (let c = 0; c < own; c++) {
                const d = (f32[from + f * channels + c] as number) - mean;
                squares += d * d;
              }
            }
          }
          const scale = 1 / Math.sqrt(squares / count + epsilon);
          for (let r = 0; r < rows; r++) {
            const from = rowIndex(x, row + r) + first;
            const to = rowIndex(y, row + r) + first;
            for (let f = 0; f < across; f++) {
              for (let c = 0; c < own; c++) {
                const at = f * channels + c;
                const factor = gamma === 0 ? 1 : (f32[gamma + channel + c] as number);
                const shift = beta === 0 ? 0 : (f32[beta + channel + c] as number);
                f32[to + at] = ((f32[from + at] as number) - mean) * scale * factor + shift;
              }
            }
          }
        };
        return [
          () => {
            const { f32 } = arena;
            for (let row = 0; row < x.rows; row += rows) {
              for (let f = 0; f < frequency; f += across) {
                for (let group = 0; group < groups; group++)
                  normalise(f32, row, f * channels + group * own, group * own);
              }
            }
          },
        ];
      },
    };
  },
  obstacle: ({ axes }, [x]) =>
    axes.includes('time') && x && flows(x)
      ? 'takes mean and variance of all frames, so it needs the whole sequence first'
      : undefined,
};
