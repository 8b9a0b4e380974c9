import { eachTimestep } from '../../graph/kind.js';
import { wrongInputs } from '../../graph/node-context.js';
import type { WhereNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { broadcastRow, broadcastShape, broadcastStep } from './broadcast.js';
import { wideMask } from './mask.js';
import { rowIndex } from './values.js';

/** `condition ≠ 0 ? a : b` */
export const where: LayerKind<WhereNode> = {
  fields: {},
  check(_, context) {
    if (context.inputs.length !== 3) wrongInputs(context, 'wrong number of inputs', '[condition, a, b]');
    return [broadcastShape(context)];
  },
  make: () => ({
    plan(plan) {
      const { arena, batch } = plan;
      const [condition, a, b] = plan.inputs as [ValueBuffer, ValueBuffer, ValueBuffer];
      const y = plan.output(0, wideMask(plan));
      const [conditionStep, aStep, bStep] = [broadcastStep(condition), broadcastStep(a), broadcastStep(b)];
      return [
        () => {
          const { f32 } = arena;
          for (let row = 0; row < batch; row++) {
            for (let t = 0; t < y.time; t++) {
              const test = broadcastRow(condition, row, t);
              const yes = broadcastRow(a, row, t);
              const no = broadcastRow(b, row, t);
              const to = rowIndex(y, row * y.time + t);
              for (let j = 0; j < y.features; j++) {
                f32[to + j] = f32[f32[test + j * conditionStep] !== 0 ? yes + j * aStep : no + j * bStep] as number;
              }
            }
          }
        },
      ];
    },
  }),
  obstacle: eachTimestep,
};
