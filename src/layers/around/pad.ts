import { advance, fixedTime, flows } from '../../graph/clock.js';
import { checkedWithNode, optionalSize } from '../../graph/field-checks.js';
import { onlyInput, sequence } from '../../graph/node-context.js';
import { optionalCount } from '../../graph/window.js';
import { badSpec, choose, describe } from '../../refuse.js';
import type { PadNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { gatherFeatures, gatherTimesteps } from './gather.js';
import { AXES, checkBlocks } from './values.js';
import { moves } from './views.js';

const MODES = { constant: 0, reflect: 0, edge: 0 };

/** Timesteps or features added at the ends. */
export const pad: LayerKind<PadNode> = moves(
  {
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
    make: (node) => ({
      plan(plan) {
        const { axis, value = 0 } = node;
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, axis === 'features' ? x.mask : 0);
        const sources = blocksOf(
          node,
          axis === 'features' ? x.features : x.time,
          axis === 'features' ? y.features : y.time,
        );
        return [(axis === 'features' ? gatherFeatures : gatherTimesteps)(plan, x, y, sources, value)];
      },
    }),
    obstacle: ({ axis }, [x]) =>
      axis === 'time' && x && flows(x) ? 'adds timesteps, so it needs the whole sequence first' : undefined,
  },
  { alongFeatures: ({ axis }) => axis === 'features', sources: sourcesOf, constant: ({ value }) => value },
);

/** Where each of `padded` features, or timesteps, comes from. */
function blocksOf({ before, mode, channels = 1 }: PadNode, count: number, padded: number): Int32Array {
  return Int32Array.from({ length: padded }, (_, i) => {
    const channel = i % channels;
    const source = sourceOf((i - channel) / channels - before, count / channels, mode);
    return source < 0 ? source : source * channels + channel;
  });
}

/** Of all numbers of a row, or of all timesteps. */
function sourcesOf(node: PadNode, [x]: readonly ValueBuffer[], y: Pick<ValueBuffer, 'time' | 'features'>): Int32Array {
  const { features, time } = x as ValueBuffer;
  if (node.axis === 'features') return blocksOf(node, features, y.features);
  return blocksOf({ ...node, channels: features }, time * features, y.time * features);
}

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
