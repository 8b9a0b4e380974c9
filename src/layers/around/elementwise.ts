import { fixedTime, sameClock } from '../../graph/clock.js';
import { type NodeCheck, wrongInputs } from '../../graph/node-check.js';
import type { Shape } from '../../graph/value.js';
import { badSpec, describe } from '../../refuse.js';
import type { MergeNode, WhereNode } from '../../spec.js';
import type { LayerKind, Op, PlanContext, ValueBuffer } from '../layer.js';
import { concatenateTime } from './concatenate.js';
import { jointMask, merge, skipMasked } from './merge.js';
import { rowAt } from './values.js';

/** Operations on two numbers; the result is rounded to float32. */
const OPERATIONS: Readonly<Record<Exclude<MergeNode['type'], 'concatenate'>, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  average: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  power: (a, b) => a ** b,
  equal: (a, b) => (a === b ? 1 : 0),
  less: (a, b) => (a < b ? 1 : 0),
  less_equal: (a, b) => (a <= b ? 1 : 0),
  greater: (a, b) => (a > b ? 1 : 0),
  greater_equal: (a, b) => (a >= b ? 1 : 0),
};

/** Merges of values that need not have one shape; `multiply` and `add` of one shape stay with the kernels. */
export const broadcastMerge: LayerKind<MergeNode> = {
  fields: {
    axis(value, where) {
      if (value !== undefined && value !== 'features' && value !== 'time') {
        badSpec(where, 'not an axis', 'features or time', describe(value));
      }
    },
  },
  check(node, at) {
    if (node.axis !== undefined && node.type !== 'concatenate') {
      badSpec(at.where, 'only concatenate has an axis', 'no axis', describe(node.axis));
    }
    if (node.type === 'concatenate')
      return node.axis === 'time' ? concatenateTime.check(node, at) : merge.check(node, at);
    if (at.inputs.length < 2) wrongInputs(at, 'nothing to merge', 'two or more inputs');
    return [broadcast(at)];
  },
  make(node, context, inputs, outputs) {
    const { type } = node;
    if (type === 'concatenate') {
      return (node.axis === 'time' ? concatenateTime : merge).make(node, context, inputs, outputs);
    }
    const plain = type === 'add' || type === 'multiply' ? merge.make(node, context, inputs, outputs) : undefined;
    return {
      plan(plan) {
        const { inputs } = plan;
        const [first, ...rest] = inputs as [ValueBuffer, ...ValueBuffer[]];
        const same = rest.every((x) => x.rows === first.rows && x.features === first.features);
        if (same && plain) return plain.plan(plan);
        const { mask, ops } = same ? jointMask(plan) : { mask: wideMask(plan), ops: [] };
        const y = plan.output(0, mask);
        const operation = OPERATIONS[type];
        const divisor = type === 'average' ? inputs.length : 1;
        const steps = rest.map((x, index): Op => {
          const left = index === 0 ? first : y;
          const by = index === rest.length - 1 ? divisor : 1;
          const apply = by === 1 ? operation : (a: number, b: number): number => operation(a, b) / by;
          return () =>
            each(plan, [left, x], y, (f32, [i, j]) => apply(f32[i as number] as number, f32[j as number] as number));
        });
        const extreme = type === 'maximum' || type === 'minimum';
        const masked = same && extreme && inputs.some((x) => x.mask !== 0);
        return [...ops, ...steps, ...(masked ? [skipMasked(plan, y, operation, (value) => value)] : [])];
      },
    };
  },
};

/** `condition ≠ 0 ? a : b` */
export const where: LayerKind<WhereNode> = {
  fields: {},
  check(_, at) {
    if (at.inputs.length !== 3) wrongInputs(at, 'wrong number of inputs', '[condition, a, b]');
    return [broadcast(at)];
  },
  make: () => ({
    plan(plan) {
      const y = plan.output(0, wideMask(plan));
      return [
        () =>
          each(
            plan,
            plan.inputs,
            y,
            (f32, [condition, a, b]) => f32[(f32[condition as number] !== 0 ? a : b) as number] as number,
          ),
      ];
    },
  }),
};

/** The shape that all inputs fit: a vector over timesteps, one feature over many, one timestep over many. */
function broadcast(at: NodeCheck): Shape {
  let shape = at.inputs[0] as Shape;
  for (const x of at.inputs.slice(1)) {
    const one = ({ kind, time }: Shape): boolean => kind === 'vector' || fixedTime(time) === 1;
    const [wide, other] = one(shape) && !(x.kind === 'vector' && shape.kind === 'sequence') ? [x, shape] : [shape, x];
    const fits =
      (one(other) || (wide.kind === other.kind && sameClock(wide.time, other.time))) &&
      (x.features === shape.features || x.features === 1 || shape.features === 1);
    if (!fits) {
      badSpec(at.where, `input ${describe(x.name)} does not fit those before it`, text(shape), text(x));
    }
    shape = { ...wide, features: Math.max(x.features, shape.features) };
  }
  return shape;
}

const text = ({ kind, features, time }: Shape): string =>
  `a ${kind} of ${features}${time ? ` with time ${describe(time[0])}` : ''}`;

/** The mask of the inputs that have all the timesteps, if they agree on one. */
function wideMask({ inputs }: PlanContext): number {
  const rows = Math.max(...inputs.map((x) => x.rows));
  const masks = new Set(inputs.filter((x) => x.rows === rows && x.kind === 'sequence').map((x) => x.mask));
  return masks.size === 1 ? ([...masks][0] as number) : 0;
}

/** Writes each number of `y` from those of the operands that stand at its place, given as indices into memory. */
function each(
  { arena, batch }: PlanContext,
  operands: readonly ValueBuffer[],
  y: ValueBuffer,
  compute: (f32: Float32Array, at: readonly number[]) => number,
): void {
  const { f32 } = arena;
  const at = operands.map(() => 0);
  const step = operands.map((x) => (x.features === 1 ? 0 : 1));
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < y.time; t++) {
      operands.forEach((x, index) => {
        at[index] = rowAt(x, b * x.time + (x.time === 1 ? 0 : t));
      });
      const to = rowAt(y, b * y.time + t);
      for (let j = 0; j < y.features; j++) {
        f32[to + j] = compute(f32, at);
        for (let index = 0; index < at.length; index++) (at[index] as number) += step[index] as number;
      }
    }
  }
}
