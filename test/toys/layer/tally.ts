import { notNegative } from '../../../src/graph/field-checks.js';
import { eachTimestep } from '../../../src/graph/kind.js';
import { namedTensors, onlyInput } from '../../../src/graph/node-context.js';
import type { LayerKind, ValueBuffer } from '../../../src/layers/layer.js';
import type { NodeBase } from '../../../src/spec.js';

export interface TallyNode extends NodeBase {
  readonly type: 'tally';
  readonly threshold: number;
  readonly tensors: { readonly weights: string /* (features) */ };
}

/** The weights of the features above a threshold, summed. */
export const tally: LayerKind<TallyNode> = {
  fields: { threshold: notNegative, tensors: () => {} },
  check({ tensors }, context) {
    const x = onlyInput(context);
    namedTensors(context, tensors, { weights: [x.features] }, context.where);
    return [{ ...x, features: 1 }];
  },
  make({ threshold, tensors }, { tensor }) {
    const weights = tensor(tensors.weights);
    return {
      multiplyAdds: weights.length,
      plan(plan) {
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, x.mask);
        return [
          () => {
            const { f32 } = plan.arena;
            for (let row = 0; row < x.rows; row++) {
              const from = (x.address + row * x.stride) / 4;
              let sum = 0;
              for (let j = 0; j < x.features; j++) {
                if ((f32[from + j] as number) > threshold) sum += weights[j] as number;
              }
              f32[(y.address + row * y.stride) / 4] = sum;
            }
          },
        ];
      },
    };
  },
  obstacle: eachTimestep,
  words: ({ threshold }, inputs) => ({ opening: `counts which of ${inputs} numbers are above ${threshold}.` }),
};
