import { flows } from '../../graph/clock.js';
import { sequence, wrongInputs } from '../../graph/node-context.js';
import { badInput, badSpec, describe } from '../../refuse.js';
import type { GatherTimeNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { vector } from './values.js';

/** Of each row the timestep that another value says. */
export const gatherTime: LayerKind<GatherTimeNode> = {
  fields: {},
  check(_, context) {
    const [x, index, ...more] = context.inputs;
    if (!x || !index || more.length > 0) wrongInputs(context, 'wrong number of inputs', '[sequence, index]');
    if (index.kind !== 'vector' || index.features !== 1) {
      const got = `a ${index.kind} of ${index.features}`;
      badSpec(context.where, `index ${describe(index.name)} has the wrong shape`, 'a vector of 1', got);
    }
    return [vector(sequence(context, x).features)];
  },
  make: ({ name }) => ({
    plan(plan) {
      const { arena, kernels, batch } = plan;
      const [x, index] = plan.inputs as [ValueBuffer, ValueBuffer];
      const { time } = x;
      const y = plan.output(0);
      return [
        () => {
          const { f32 } = arena;
          for (let b = 0; b < batch; b++) {
            const t = f32[(index.address + b * index.stride) / 4] as number;
            if (!(Number.isInteger(t) && t >= -time && t < time)) {
              const expected = `a whole number from ${-time} to ${time - 1}`;
              badInput(`layer ${describe(name)}`, `no such timestep in row ${b}`, expected, `${t}`);
            }
            const from = x.address + (b * time + (t < 0 ? t + time : t)) * x.stride;
            kernels.copyRows(from, 0, y.address + b * y.stride, 0, 1, y.features);
          }
        },
      ];
    },
  }),
  obstacle: (_, [x]) =>
    x && flows(x) ? 'takes one timestep of the whole sequence, which another value says' : undefined,
};
