import { resolveActivation } from '../../graph/activations.js';
import { eachTimestep } from '../../graph/kind.js';
import { onlyInput } from '../../graph/node-context.js';
import type { LogSoftmaxNode } from '../../spec.js';
import { VECTOR_BYTES } from '../../wasm/abi.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { rowIndex } from './values.js';

/** `x - max - ln Σ e^(x - max)` over the features: the logarithm of softmax without its underflow. */
export const logSoftmax: LayerKind<LogSoftmaxNode> = {
  fields: {},
  check: (_, context) => [onlyInput(context)],
  make({ name }) {
    const [exp, log] = (['exp', 'log'] as const).map((type) => resolveActivation(type, name).id) as [number, number];
    return {
      plan(plan) {
        const { kernels, arena } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, x.mask);
        // One row of e^(x - max), then one vector for the sum.
        const scratch = plan.shared(x.stride + VECTOR_BYTES);
        const total = scratch + x.stride;
        return [
          () => {
            const { f32 } = arena;
            for (let row = 0; row < x.rows; row++) {
              const from = rowIndex(x, row);
              const to = rowIndex(y, row);
              let most = Number.NEGATIVE_INFINITY;
              for (let j = 0; j < x.features; j++) most = Math.max(most, f32[from + j] as number);
              for (let j = 0; j < x.features; j++) f32[to + j] = (f32[from + j] as number) - most;
              kernels.activate(to * 4, scratch, x.stride / VECTOR_BYTES, exp, 0, 0);
              let sum = 0;
              for (let j = 0; j < x.features; j++) sum += f32[scratch / 4 + j] as number;
              f32[total / 4] = sum;
              kernels.activate(total, total, 1, log, 0, 0);
              const shift = f32[total / 4] as number;
              for (let j = 0; j < x.features; j++) (f32[to + j] as number) -= shift;
            }
          },
        ];
      },
    };
  },
  obstacle: eachTimestep,
};
