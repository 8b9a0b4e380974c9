import { checkedWithNode } from '../../graph/field-checks.js';
import { eachTimestep } from '../../graph/kind.js';
import { onlyInput } from '../../graph/node-context.js';
import { choose } from '../../refuse.js';
import type { RescaleNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { checkRange, checkScales } from './factors.js';
import { clamp, FACTOR, putFactor, rescale, rescaleUp } from './fixed-point.js';

const HALVES = { __proto__: null as never, away: rescale, up: rescaleUp };

/** Sums of whole numbers in the steps of another value, rounded and bounded as TensorFlow Lite's integer kernels do. */
export const rescaleLayer: LayerKind<RescaleNode> = {
  fields: { scales: checkedWithNode, low: checkedWithNode, high: checkedWithNode, halves: checkedWithNode },
  check({ scales, low, high, halves }, context) {
    const x = onlyInput(context);
    checkScales(scales, Array.isArray(scales) && scales.length === 1 ? 1 : x.features, `${context.where}, scales`);
    checkRange({ scale: 0, low, high }, context.where);
    choose(HALVES, halves, `${context.where}, halves`, 'rounding of halves');
    return [x];
  },
  make({ scales, low, high, halves }) {
    const rescaled = HALVES[halves];
    const table = new Int32Array(FACTOR * scales.length);
    scales.forEach((scale, i) => {
      putFactor(table, FACTOR * i, scale);
    });
    const each = scales.length === 1 ? 0 : FACTOR;
    return {
      plan(plan) {
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, x.mask);
        return [
          () => {
            const { f32 } = plan.arena;
            for (let row = 0; row < x.rows; row++) {
              const from = (x.address + row * x.stride) >> 2;
              const to = (y.address + row * y.stride) >> 2;
              for (let i = 0; i < x.features; i++)
                f32[to + i] = clamp(rescaled(f32[from + i] as number, table, each * i), low, high);
            }
          },
        ];
      },
    };
  },
  obstacle: eachTimestep,
};
