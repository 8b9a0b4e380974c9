import { advance, type Clock, fixed, fixedTime } from '../../graph/clock.js';
import { sequence, wrongInputs } from '../../graph/node-check.js';
import { badSpec, describe } from '../../refuse.js';
import type { MergeNode } from '../../spec.js';
import type { LayerKind } from '../layer.js';
import { flows } from './values.js';

/** Joins the timesteps of values one after another; at most one of them may have as many as the run. */
export const concatenateTime: LayerKind<MergeNode> = {
  fields: {},
  check(_, at) {
    const [first] = at.inputs;
    if (!first || at.inputs.length < 2) wrongInputs(at, 'nothing to merge', 'two or more inputs');
    let flowing: Clock | undefined;
    let known = 0;
    let any = false;
    for (const x of at.inputs) {
      sequence(at, x);
      if (x.features !== first.features) {
        badSpec(
          at.where,
          `input ${describe(x.name)} does not fit the first`,
          `${first.features} features`,
          `${x.features}`,
        );
      }
      if (!flows(x)) known += fixedTime(x.time) as number;
      else if (any) badSpec(at.where, 'two inputs whose time depends on the run', 'one at most', describe(x.name));
      else [any, flowing] = [true, x.time];
    }
    return [{ ...first, time: any ? advance(flowing, { mul: 1, add: known, div: 1 }) : fixed(known) }];
  },
  make: () => ({
    plan(plan) {
      const { kernels, batch, inputs } = plan;
      const y = plan.output(0);
      return [
        () => {
          let at = 0;
          for (const { address, stride, time, features } of inputs) {
            for (let b = 0; b < batch; b++) {
              const to = y.address + (b * y.time + at) * y.stride;
              kernels.copyRows(address + b * time * stride, stride, to, y.stride, time, features);
            }
            at += time;
          }
        },
      ];
    },
  }),
  obstacle: (_, inputs) => (inputs.some(flows) ? 'joins timesteps, so it needs the whole sequence first' : undefined),
};
