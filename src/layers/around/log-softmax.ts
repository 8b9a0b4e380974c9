import { resolveActivation } from '../../graph/activations.js';
import { onlyInput } from '../../graph/node-check.js';
import type { LogSoftmaxNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { rowAt } from './values.js';

/** `x - max - ln Σ e^(x - max)` over the features: the logarithm of softmax without its underflow. */
export const logSoftmax: LayerKind<LogSoftmaxNode> = {
  fields: {},
  check: (_, at) => [onlyInput(at)],
  make({ name }) {
    const [exp, log] = [resolveActivation('exp', name).id, resolveActivation('log', name).id];
    return {
      plan(plan) {
        const { kernels, arena } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, x.mask);
        // One row of e^(x - max), then one vector for the sum.
        const scratch = plan.shared(x.stride + 16);
        const total = scratch + x.stride;
        return [
          () => {
            const { f32 } = arena;
            for (let row = 0; row < x.rows; row++) {
              const [from, to] = [rowAt(x, row), rowAt(y, row)];
              let most = Number.NEGATIVE_INFINITY;
              for (let j = 0; j < x.features; j++) most = Math.max(most, f32[from + j] as number);
              for (let j = 0; j < x.features; j++) f32[to + j] = (f32[from + j] as number) - most;
              kernels.activate(to * 4, scratch, x.stride / 16, exp, 0, 0);
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
};
