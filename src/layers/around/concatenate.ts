import { advance, type Clock, fixed, fixedTime, flows, sameClock } from '../../graph/clock.js';
import { type NodeContext, sequence, wrongInputs } from '../../graph/node-context.js';
import type { Shape, ValueInfo } from '../../graph/value.js';
import { badSpec, describe } from '../../refuse.js';
import type { MergeNode } from '../../spec.js';
import type { LayerKind, Op, PlanContext } from '../layer.js';
import { joinValues } from './join.js';
import { jointMask } from './mask.js';
import { moves } from './views.js';

/** Joins values one after another: their features, or their timesteps. */
export const concatenate: LayerKind<MergeNode> = moves(
  {
    fields: {
      axis(value, where) {
        if (value !== undefined && value !== 'features' && value !== 'time') {
          badSpec(where, 'not an axis', 'features or time', describe(value));
        }
      },
    },
    check({ axis }, context) {
      const [first, ...rest] = context.inputs;
      if (!first || rest.length === 0) wrongInputs(context, 'nothing to merge', 'two or more inputs');
      return [axis === 'time' ? joinedTime(first, context) : joinedFeatures(first, rest, context)];
    },
    make: ({ axis }) => ({
      plan(plan) {
        if (axis === 'time') return [joinTime(plan)];
        const { mask, ops } = jointMask(plan);
        return [...ops, ...joinValues(plan, undefined, plan.inputs, plan.output(0, mask))];
      },
    }),
    obstacle: ({ axis }, inputs) =>
      axis === 'time' && inputs.some(flows) ? 'joins timesteps, so it needs the whole sequence first' : undefined,
  },
  { alongFeatures: ({ axis }) => axis !== 'time' },
);

function joinedFeatures(first: ValueInfo, rest: readonly ValueInfo[], { where }: NodeContext): Shape {
  let { features } = first;
  for (const other of rest) {
    if (other.kind !== first.kind || !sameClock(other.time, first.time)) {
      const got = `a ${other.kind} of ${other.features}`;
      badSpec(where, `input ${describe(other.name)} does not fit the first`, `a ${first.kind}`, got);
    }
    features += other.features;
  }
  return { ...first, features };
}

/** At most one of the values may have as many timesteps as the run. */
function joinedTime(first: ValueInfo, context: NodeContext): Shape {
  const { where, inputs } = context;
  let flowing: Clock | undefined;
  let known = 0;
  let any = false;
  for (const x of inputs) {
    sequence(context, x);
    if (x.features !== first.features) {
      const expected = `${first.features} features`;
      badSpec(where, `input ${describe(x.name)} does not fit the first`, expected, `${x.features}`);
    }
    if (!flows(x)) known += fixedTime(x.time) as number;
    else if (any) badSpec(where, 'two inputs whose time depends on the run', 'one at most', describe(x.name));
    else [any, flowing] = [true, x.time];
  }
  return { ...first, time: any ? advance(flowing, { mul: 1, add: known, div: 1 }) : fixed(known) };
}

function joinTime({ kernels, batch, inputs, output }: PlanContext): Op {
  const y = output(0);
  return () => {
    let done = 0;
    for (let i = 0; i < inputs.length; i++) {
      const { address, stride, time, features } = inputs[i] as (typeof inputs)[0];
      for (let b = 0; b < batch; b++) {
        const to = y.address + (b * y.time + done) * y.stride;
        kernels.copyRows(address + b * time * stride, stride, to, y.stride, time, features);
      }
      done += time;
    }
  };
}
