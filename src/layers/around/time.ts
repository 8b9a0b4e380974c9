import { advance, fixed, fixedTime } from '../../graph/clock.js';
import { later, optionalSize, size } from '../../graph/field-checks.js';
import { onlyInput, sequence } from '../../graph/node-check.js';
import { badInput, badSpec, choose, describe } from '../../refuse.js';
import type { PadNode, RepeatNode, ReverseNode, SliceNode, TimestepNode } from '../../spec.js';
import type { LayerKind, PlanContext, ValueBuffer } from '../layer.js';
import { flows, rowAt, vector } from './values.js';
import { atLeast0, checkWindow } from './window.js';

const whole = (value: unknown, where: string): void => {
  if (!Number.isSafeInteger(value)) badSpec(where, 'not a whole number', 'a whole number', describe(value));
};

const AXES = { time: 0, features: 0 };

/** Every step-th timestep or feature from `start` on. */
export const slice: LayerKind<SliceNode> = {
  fields: { axis: later, start: whole, step: optionalSize, count: optionalSize, drop: atLeast0 },
  check({ axis, start, step = 1, count, drop = 0 }, at) {
    const x = onlyInput(at);
    choose(AXES, axis, at.where, 'axis');
    if (count !== undefined && drop !== 0) badSpec(at.where, 'both count and drop', 'one of them');
    const length = axis === 'features' ? x.features : fixedTime(sequence(at, x).time);
    if (length === undefined) {
      // From the end there are -start timesteps, however many there are before.
      if (start < 0) {
        const left = Math.floor((-start - drop + step - 1) / step);
        checkWindow(at.where, fixed(count ?? left));
        return [{ ...x, time: fixed(count ?? left) }];
      }
      if (count !== undefined) return [{ ...x, time: fixed(count) }];
      return [{ ...x, time: advance(x.time, { mul: 1, add: step - 1 - start - drop, div: step }) }];
    }
    const from = start < 0 ? start + length : start;
    const many = count ?? Math.floor((length - drop - from + step - 1) / step);
    if (from < 0 || many < 1 || from + (many - 1) * step >= length) {
      badSpec(at.where, 'reaches beyond its input', `within ${length}`, `${many} from ${start} on, step ${step}`);
    }
    return [axis === 'features' ? { ...x, features: many } : { ...x, time: fixed(many) }];
  },
  make: ({ axis, start, step = 1 }) => ({
    plan(plan) {
      const x = plan.inputs[0] as ValueBuffer;
      if (axis === 'features') {
        const y = plan.output(0, x.mask);
        const from = start < 0 ? start + x.features : start;
        if (step === 1) {
          return [() => plan.kernels.copyRows(x.address + 4 * from, x.stride, y.address, y.stride, x.rows, y.features)];
        }
        return [() => gather(plan, x, y, (j) => from + j * step)];
      }
      const y = plan.output(0);
      const from = start < 0 ? start + x.time : start;
      return [() => copyTime(plan, x, y, (b) => b * x.time + from, step)];
    },
  }),
  obstacle: ({ axis }, [x]) =>
    axis === 'time' && x && flows(x) ? 'takes some of the timesteps, so it needs the whole sequence first' : undefined,
};

/** One timestep, as a vector. */
export const timestep: LayerKind<TimestepNode> = {
  fields: { index: whole },
  check({ index }, at) {
    const x = sequence(at, onlyInput(at));
    const time = fixedTime(x.time);
    if (time !== undefined && (index >= time || index < -time)) {
      badSpec(at.where, 'no such timestep', `from ${-time} to ${time - 1}`, `${index}`);
    }
    return [vector(x.features)];
  },
  make: ({ index, name }) => ({
    plan(plan) {
      const x = plan.inputs[0] as ValueBuffer;
      const y = plan.output(0);
      const at = index < 0 ? index + x.time : index;
      if (at < 0 || at >= x.time) {
        badInput(`layer ${describe(name)}`, `no timestep ${index}`, 'a longer sequence', `time ${x.time}`);
      }
      return [() => copyTime(plan, x, y, (b) => b * x.time + at, 1)];
    },
  }),
  obstacle: ({ index }, [x]) =>
    index !== -1 && x && flows(x) ? 'takes one timestep of the whole sequence' : undefined,
};

/** From the last timestep to the first. */
export const reverse: LayerKind<ReverseNode> = {
  fields: {},
  check: (_, at) => [sequence(at, onlyInput(at))],
  make: () => ({
    plan(plan) {
      const x = plan.inputs[0] as ValueBuffer;
      const y = plan.output(0);
      return [() => copyTime(plan, x, y, (b) => (b + 1) * x.time - 1, -1)];
    },
  }),
  obstacle: (_, [x]) =>
    x && flows(x) ? 'starts with the last timestep, so it needs the whole sequence first' : undefined,
};

const MODES = { constant: 0, reflect: 0, edge: 0 };

/** Timesteps or features added at the ends. */
export const pad: LayerKind<PadNode> = {
  fields: { axis: later, before: atLeast0, after: atLeast0, mode: later, value: later },
  check({ axis, before, after, mode, value }, at) {
    const x = onlyInput(at);
    choose(AXES, axis, at.where, 'axis');
    choose(MODES, mode, at.where, 'mode');
    atLeast0(before ?? null, `${at.where}, before`);
    atLeast0(after ?? null, `${at.where}, after`);
    if (value !== undefined && (mode !== 'constant' || typeof value !== 'number')) {
      badSpec(at.where, 'value is a number for constant padding', 'a number', describe(value));
    }
    const length = axis === 'features' ? x.features : fixedTime(sequence(at, x).time);
    if (mode === 'reflect' && length !== undefined && Math.max(before, after) >= length) {
      badSpec(at.where, 'reflects more than there is', `less than ${length}`, `${before}, ${after}`);
    }
    if (axis === 'features') return [{ ...x, features: x.features + before + after }];
    return [{ ...x, time: advance(x.time, { mul: 1, add: before + after, div: 1 }) }];
  },
  make: ({ axis, before, mode, value = 0 }) => ({
    plan(plan) {
      const { arena, batch } = plan;
      const x = plan.inputs[0] as ValueBuffer;
      const y = plan.output(0, axis === 'features' ? x.mask : 0);
      /** Where number `i` of the padded axis comes from; -1: the constant. */
      const source = (i: number, length: number): number => {
        const at = i - before;
        if (at >= 0 && at < length) return at;
        if (mode === 'constant') return -1;
        if (mode === 'edge') return at < 0 ? 0 : length - 1;
        // Longer than what is mirrored: it bounces to and fro.
        const period = 2 * (length - 1);
        const folded = period === 0 ? 0 : ((at % period) + period) % period;
        return folded < length ? folded : period - folded;
      };
      if (axis === 'features') return [() => gather(plan, x, y, (j) => source(j, x.features), value)];
      const rows = Array.from({ length: y.time }, (_, t) => source(t, x.time));
      return [
        () => {
          const { f32 } = arena;
          for (let b = 0; b < batch; b++) {
            rows.forEach((from, t) => {
              const to = rowAt(y, b * y.time + t);
              if (from < 0) f32.fill(value, to, to + y.features);
              else {
                const start = rowAt(x, b * x.time + from);
                f32.copyWithin(to, start, start + x.features);
              }
            });
          }
        },
      ];
    },
  }),
  obstacle: ({ axis }, [x]) =>
    axis === 'time' && x && flows(x) ? 'adds timesteps, so it needs the whole sequence first' : undefined,
};

/** Each timestep `count` times over; a vector as that many timesteps. */
export const repeat: LayerKind<RepeatNode> = {
  fields: { count: size },
  check({ count }, at) {
    const x = onlyInput(at);
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

/** Copies y.time rows of each row of the batch, from the one that `first` gives, `step` rows on each time. */
function copyTime(
  { kernels, batch }: PlanContext,
  x: ValueBuffer,
  y: ValueBuffer,
  first: (b: number) => number,
  step: number,
): void {
  for (let b = 0; b < batch; b++) {
    const from = x.address + first(b) * x.stride;
    kernels.copyRows(from, step * x.stride, y.address + b * y.time * y.stride, y.stride, y.time, y.features);
  }
}

/** Fills each feature of each row from one of the input's, or with a constant where `source` is below 0. */
export function gather(
  { arena }: PlanContext,
  x: ValueBuffer,
  y: ValueBuffer,
  source: (feature: number) => number,
  constant = 0,
): void {
  const { f32 } = arena;
  for (let row = 0; row < y.rows; row++) {
    const [from, to] = [rowAt(x, row), rowAt(y, row)];
    for (let j = 0; j < y.features; j++) {
      const at = source(j);
      f32[to + j] = at < 0 ? constant : (f32[from + at] as number);
    }
  }
}
