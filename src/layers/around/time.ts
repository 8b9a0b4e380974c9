import { advance, fixed, fixedTime, flows } from '../../graph/clock.js';
import { checkedWithNode, optionalSize, size } from '../../graph/field-checks.js';
import { onlyInput, sequence } from '../../graph/node-context.js';
import { checkWindow, optionalCount } from '../../graph/window.js';
import { sliceStep } from '../../graph/window-steps.js';
import { badInput, badSpec, choose, describe } from '../../refuse.js';
import type { RepeatNode, ReverseNode, SliceNode, TimestepNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { copyTimesteps, gatherFeatures } from './gather.js';
import { AXES, checkBlocks, vector } from './values.js';
import { moves } from './views.js';

const whole = (value: unknown, where: string): void => {
  if (!Number.isSafeInteger(value)) badSpec(where, 'not a whole number', 'a whole number', describe(value));
};

/** Every step-th timestep or feature from `start` on. */
export const slice: LayerKind<SliceNode> = moves(
  {
    fields: {
      axis: checkedWithNode,
      start: whole,
      step: optionalSize,
      count: optionalSize,
      drop: optionalCount,
      channels: optionalSize,
    },
    check({ axis, start, step = 1, count, drop = 0, channels }, context) {
      const x = onlyInput(context);
      choose(AXES, axis, context.where, 'axis');
      if (count !== undefined && drop !== 0) badSpec(context.where, 'both count and drop', 'one of them');
      const block = checkBlocks(context, axis, x, channels);
      const length = axis === 'features' ? x.features / block : fixedTime(sequence(context, x).time);
      if (length === undefined) {
        // From the end there are -start timesteps, however many there are before.
        if (start < 0) {
          const left = Math.floor((-start - drop + step - 1) / step);
          checkWindow(context.where, fixed(count ?? left));
          return [{ ...x, time: fixed(count ?? left) }];
        }
        if (count !== undefined) return [{ ...x, time: fixed(count) }];
        return [{ ...x, time: advance(x.time, sliceStep(start, drop, step)) }];
      }
      const from = start < 0 ? start + length : start;
      const many = count ?? Math.floor((length - drop - from + step - 1) / step);
      if (from < 0 || many < 1 || from + (many - 1) * step >= length) {
        badSpec(
          context.where,
          'reaches beyond its input',
          `within ${length}`,
          `${many} from ${start} on, step ${step}`,
        );
      }
      return [axis === 'features' ? { ...x, features: many * block } : { ...x, time: fixed(many) }];
    },
    make: ({ axis, start, step = 1, name, channels = 1 }) => ({
      plan(plan) {
        const x = plan.inputs[0] as ValueBuffer;
        if (axis === 'features') {
          const y = plan.output(0, x.mask);
          const from = start * channels + (start < 0 ? x.features : 0);
          if (step === 1) {
            return [
              () => plan.kernels.copyRows(x.address + 4 * from, x.stride, y.address, y.stride, x.rows, y.features),
            ];
          }
          return [gatherFeatures(plan, x, y, blocksOf(y.features, from, step, channels))];
        }
        const y = plan.output(0);
        const from = start < 0 ? start + x.time : start;
        if (from < 0 || from + (y.time - 1) * step >= x.time)
          badInput(`layer ${describe(name)}`, 'takes timesteps beyond the sequence', 'a longer one', `time ${x.time}`);
        return [copyTimesteps(plan, x, y, from, step)];
      },
    }),
    obstacle: ({ axis }, [x]) =>
      axis === 'time' && x && flows(x)
        ? 'takes some of the timesteps, so it needs the whole sequence first'
        : undefined,
  },
  { alongFeatures: ({ axis }) => axis === 'features', sources: sourcesOf },
);

/** Every step-th of blocks that are next to one another: where each of `count` numbers comes from. */
const blocksOf = (count: number, from: number, step: number, block: number): Int32Array =>
  Int32Array.from({ length: count }, (_, j) => {
    const place = j % block;
    return from + (j - place) * step + place;
  });

/** Of all numbers of a row, or of all timesteps. */
function sourcesOf(
  { axis, start, step = 1, channels = 1 }: SliceNode,
  [x]: readonly ValueBuffer[],
  y: Pick<ValueBuffer, 'time' | 'features'>,
): Int32Array {
  const { features, time } = x as ValueBuffer;
  const [block, length, count] =
    axis === 'features' ? [channels, features, y.features] : [features, time * features, y.time * features];
  return blocksOf(count, start * block + (start < 0 ? length : 0), step, block);
}

/** One timestep, as a vector. */
export const timestep: LayerKind<TimestepNode> = {
  fields: { index: whole },
  check({ index }, context) {
    const x = sequence(context, onlyInput(context));
    const time = fixedTime(x.time);
    if (time !== undefined && (index >= time || index < -time)) {
      badSpec(context.where, 'no such timestep', `from ${-time} to ${time - 1}`, `${index}`);
    }
    return [vector(x.features)];
  },
  make: ({ index, name }) => ({
    plan(plan) {
      const x = plan.inputs[0] as ValueBuffer;
      const y = plan.output(0);
      const from = index < 0 ? index + x.time : index;
      if (from < 0 || from >= x.time) {
        badInput(`layer ${describe(name)}`, `no timestep ${index}`, 'a longer sequence', `time ${x.time}`);
      }
      return [copyTimesteps(plan, x, y, from, 1)];
    },
  }),
  obstacle: ({ index }, [x]) =>
    index !== -1 && x && flows(x) ? 'takes one timestep of the whole sequence' : undefined,
};

/** From the last timestep to the first. */
export const reverse: LayerKind<ReverseNode> = {
  fields: {},
  check: (_, context) => [sequence(context, onlyInput(context))],
  make: () => ({
    plan(plan) {
      const x = plan.inputs[0] as ValueBuffer;
      const y = plan.output(0);
      return [copyTimesteps(plan, x, y, x.time - 1, -1)];
    },
  }),
  obstacle: (_, [x]) =>
    x && flows(x) ? 'starts with the last timestep, so it needs the whole sequence first' : undefined,
};

/** Each timestep `count` times over; a vector as that many timesteps. */
export const repeat: LayerKind<RepeatNode> = {
  fields: { count: size },
  check({ count }, context) {
    const x = onlyInput(context);
    const time = x.kind === 'vector' ? fixed(count) : advance(x.time, { mul: count, add: 0, div: 1 });
    return [{ ...x, kind: 'sequence', time }];
  },
  make: ({ count }) => ({
    plan(plan) {
      const { kernels } = plan;
      const x = plan.inputs[0] as ValueBuffer;
      const y = plan.output(0);
      return [
        () => {
          for (let row = 0; row < x.rows; row++) {
            const to = y.address + row * count * y.stride;
            kernels.copyRows(x.address + row * x.stride, 0, to, y.stride, count, x.features);
          }
        },
      ];
    },
  }),
  obstacle: (_, [x]) => (x && flows(x) ? 'makes several timesteps of one' : undefined),
};
