import { flows } from '../../graph/clock.js';
import { checkedWithNode, optionalTruth } from '../../graph/field-checks.js';
import { onlyInput, sequence } from '../../graph/node-context.js';
import { choose } from '../../refuse.js';
import type { CumsumNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { AXES, rowIndex } from './values.js';

/** Running sums along time or features; the sums are float64, each rounded once. */
export const cumsum: LayerKind<CumsumNode> = {
  fields: { axis: checkedWithNode, exclusive: optionalTruth, reverse: optionalTruth },
  check({ axis }, context) {
    const x = onlyInput(context);
    choose(AXES, axis, context.where, 'axis');
    return [axis === 'features' ? x : sequence(context, x)];
  },
  make({ axis, exclusive = false, reverse = false }) {
    return {
      plan({ arena, batch, inputs, output }) {
        const x = inputs[0] as ValueBuffer;
        const y = output(0, x.mask);
        /** Of `count` numbers, `step` from one to the next. */
        const sum = (f32: Float32Array, from: number, to: number, step: number, count: number): void => {
          let total = 0;
          for (let i = 0; i < count; i++) {
            const at = (reverse ? count - 1 - i : i) * step;
            const value = f32[from + at] as number;
            f32[to + at] = exclusive ? total : total + value;
            total += value;
          }
        };
        const overTime = (): void => {
          const { f32 } = arena;
          for (let b = 0; b < batch; b++) {
            const [from, to] = [rowIndex(x, b * x.time), rowIndex(y, b * x.time)];
            for (let j = 0; j < x.features; j++) sum(f32, from + j, to + j, x.stride / 4, x.time);
          }
        };
        const overFeatures = (): void => {
          const { f32 } = arena;
          for (let row = 0; row < x.rows; row++) sum(f32, rowIndex(x, row), rowIndex(y, row), 1, x.features);
        };
        return [axis === 'time' ? overTime : overFeatures];
      },
    };
  },
  obstacle: ({ axis }, [x]) =>
    axis === 'time' && x && flows(x) ? 'adds up all timesteps before, which a stream does not keep' : undefined,
};
