import { checkedWithNode } from '../../graph/field-checks.js';
import { eachTimestep } from '../../graph/kind.js';
import { onlyInput } from '../../graph/node-context.js';
import { choose } from '../../refuse.js';
import type { RoundRowsNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { RULES } from './rules.js';

/** What a product's 8-bit weights are multiplied by: each timestep rounded to 8 bits in steps of its own. */
export const roundRows: LayerKind<RoundRowsNode> = {
  fields: { rule: checkedWithNode },
  check({ rule }, context) {
    choose(RULES, rule, `${context.where}, rule`, 'rule');
    return [onlyInput(context)];
  },
  make({ rule }) {
    const round = RULES[rule];
    return {
      plan(plan) {
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, x.mask);
        return [
          () => {
            const { f32 } = plan.arena;
            for (let row = 0; row < x.rows; row++)
              round(f32, (x.address + row * x.stride) >> 2, (y.address + row * y.stride) >> 2, x.features);
          },
        ];
      },
    };
  },
  obstacle: eachTimestep,
};
