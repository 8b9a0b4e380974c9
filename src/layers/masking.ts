import { finite } from '../checks.js';
import type { MaskingNode } from '../spec.js';
import type { LayerKind, ValueBuffer } from './layer.js';

/**
 * Masks the timesteps whose features all equal a value, and zeroes them (Keras `Masking`). As in Keras, this takes the
 * place of what an earlier layer masked; a mask given with the run holds beside it.
 */
export const masking: LayerKind<MaskingNode> = {
  fields: { maskValue: finite },
  check: (_, at) => [at.sequence(at.only())],
  make: ({ maskValue }, { kernels }) => ({
    plan(plan) {
      const x = plan.inputs[0] as ValueBuffer;
      const mask = plan.alloc(x.rows);
      const y = plan.output(0, mask);
      return [
        () => {
          kernels.masking(x.address, y.address, x.rows, x.stride, x.features, maskValue, mask);
          if (plan.mask !== 0) {
            const { u8 } = plan.arena;
            for (let row = 0; row < x.rows; row++)
              u8[mask + row] = (u8[mask + row] as number) & (u8[plan.mask + row] as number);
          }
        },
      ];
    },
  }),
};
