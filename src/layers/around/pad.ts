import { advance, fixedTime, flows } from '../../graph/clock.js';
import { checkedWithNode, optionalSize } from '../../graph/field-checks.js';
import { onlyInput, sequence } from '../../graph/node-context.js';
import { optionalCount } from '../../graph/window.js';
import { badSpec, choose, describe } from '../../refuse.js';
import type { PadNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { gatherFeatures, gatherTimesteps } from './gather.js';
import { AXES, checkBlocks } from './values.js';

const MODES = { constant: 0, reflect: 0, edge: 0 };

/** Timesteps or features added at the ends. */
export const pad: LayerKind<PadNode> = {
  fields: {
    axis: checkedWithNode,
    before: optionalCount,
    after: optionalCount,
    mode: checkedWithNode,
    value: checkedWithNode,
    channels: optionalSize,
  },
  check({ axis, before, after, mode, value, channels }, context) {
    const x = onlyInput(context);
    choose(AXES, axis, context.where, 'axis');
    choose(MODES, mode, context.where, 'mode');
    optionalCount(before ?? null, `${context.where}, before`);
    optionalCount(after ?? null, `${context.where}, after`);
    if (value !== undefined && (mode !== 'constant' || typeof value !== 'number')) {
      badSpec(context.where, 'value is a number for constant padding', 'a number', describe(value));
    }
    const block = checkBlocks(context, axis, x, channels);
    const length = axis === 'features' ? x.features / block : fixedTime(sequence(context, x).time);
    if (mode === 'reflect' && length !== undefined && Math.max(before, after) >= length) {
      badSpec(context.where, 'reflects more than there is', `less than ${length}`, `${before}, ${after}`);
    }
    if (axis === 'features') return [{ ...x, features: x.features + (before + after) * block }];
    return [{ ...x, time: advance(x.time, { mul: 1, add: before + after, div: 1 }) }];
  },
  make: ({ axis, before, mode, value = 0, channels = 1 }) => ({
    plan(plan) {
      const x = plan.inputs[0] as ValueBuffer;
      const y = plan.output(0, axis === 'features' ? x.mask : 0);
      const [length, padded] = axis === 'features' ? [x.features / channels, y.features] : [x.time, y.time];
      const sources = Int32Array.from({ length: padded }, (_, i) => {
        const channel = i % channels;
        const source = sourceOf((i - channel) / channels - before, length, mode);
        return source < 0 ? source : source * channels + channel;
      });
      return [(axis === 'features' ? gatherFeatures : gatherTimesteps)(plan, x, y, sources, value)];
    },
  }),
  obstacle: ({ axis }, [x]) =>
    axis === 'time' && x && flows(x) ? 'adds timesteps, so it needs the whole sequence first' : undefined,
};

/** Where number `index` of a padded axis comes from, counted from the first of the inside; -1: the constant. */
function sourceOf(index: number, length: number, mode: PadNode['mode']): number {
  if (index >= 0 && index < length) return index;
  if (mode === 'constant') return -1;
  if (mode === 'edge') return index < 0 ? 0 : length - 1;
  // Longer than what is mirrored: it bounces to and fro.
  const period = 2 * (length - 1);
  const folded = period === 0 ? 0 : ((index % period) + period) % period;
  return folded < length ? folded : period - folded;
}
