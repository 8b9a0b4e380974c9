import type { MaskingNode } from '../spec.js';
import type { BuildContext, Layer, ValueBuffer } from './layer.js';

/** Masks the timesteps whose features all equal a value, and zeroes them (Keras `Masking`). */
export function maskingLayer(node: MaskingNode, { kernels }: BuildContext): Layer {
  return {
    node,
    cells: [],
    parameters: 0,
    plan(plan) {
      const x = plan.inputs[0] as ValueBuffer;
      const mask = plan.alloc(x.rows);
      const y = plan.output(0, mask);
      return [
        () => {
          kernels.masking(x.address, y.address, x.rows, x.stride, x.features, node.maskValue, mask);
          if (x.mask !== 0) {
            const { u8 } = plan.arena;
            for (let row = 0; row < x.rows; row++)
              u8[mask + row] = (u8[mask + row] as number) & (u8[x.mask + row] as number);
          }
        },
      ];
    },
  };
}
