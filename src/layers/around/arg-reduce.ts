import { flows } from '../../graph/clock.js';
import { checkedWithNode, optionalTruth } from '../../graph/field-checks.js';
import { onlyInput, sequence } from '../../graph/node-context.js';
import { choose } from '../../refuse.js';
import type { ArgReduceNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { AXES, rowIndex, vector } from './values.js';

const OPERATIONS = { max: 1, min: -1 } as const;

/** Where the largest or smallest number stands: for each feature its timestep, or for each timestep its feature. */
export const argReduce: LayerKind<ArgReduceNode> = {
  fields: { operation: checkedWithNode, axis: checkedWithNode, last: optionalTruth },
  check({ operation, axis }, context) {
    const x = onlyInput(context);
    choose(OPERATIONS, operation, context.where, 'operation');
    choose(AXES, axis, context.where, 'axis');
    if (axis === 'features') return [{ ...x, features: 1 }];
    return [vector(sequence(context, x).features)];
  },
  make({ operation, axis, last = false }) {
    const sign = OPERATIONS[operation];
    return {
      plan({ arena, batch, inputs, output }) {
        const x = inputs[0] as ValueBuffer;
        const y = output(0, axis === 'features' ? x.mask : 0);
        /** Of `count` numbers, `step` from one to the next. */
        const find = (f32: Float32Array, from: number, step: number, count: number, to: number): void => {
          let place = 0;
          let most = sign * (f32[from] as number);
          for (let i = 1; i < count; i++) {
            const value = sign * (f32[from + i * step] as number);
            if (value > most || (last && value === most)) {
              most = value;
              place = i;
            }
          }
          f32[to] = place;
        };
        const overTime = (): void => {
          const { f32 } = arena;
          for (let b = 0; b < batch; b++) {
            const [from, to] = [rowIndex(x, b * x.time), rowIndex(y, b)];
            for (let j = 0; j < y.features; j++) find(f32, from + j, x.stride / 4, x.time, to + j);
          }
        };
        const overFeatures = (): void => {
          const { f32 } = arena;
          for (let row = 0; row < x.rows; row++) find(f32, rowIndex(x, row), 1, x.features, rowIndex(y, row));
        };
        return [axis === 'time' ? overTime : overFeatures];
      },
    };
  },
  obstacle: ({ axis }, [x]) =>
    axis === 'time' && x && flows(x) ? 'compares all timesteps, so it needs the whole sequence first' : undefined,
};
