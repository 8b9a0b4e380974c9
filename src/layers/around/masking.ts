import { finite } from '../../graph/field-checks.js';
import { eachTimestep } from '../../graph/kind.js';
import { onlyInput, sequence } from '../../graph/node-context.js';
import type { MaskingNode, UnmaskNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import { addMask } from './mask.js';

/**
 * Masks the timesteps whose features all equal a value, and zeroes them (Keras `Masking`). As in Keras, this takes the
 * place of what an earlier layer masked; a mask given with the run holds beside it.
 */
export const masking: LayerKind<MaskingNode> = {
  fields: { maskValue: finite },
  check: (_, context) => [sequence(context, onlyInput(context))],
  make: ({ maskValue }, { kernels }) => ({
    plan(plan) {
      const x = plan.inputs[0] as ValueBuffer;
      const mask = plan.alloc(x.rows);
      const y = plan.output(0, mask);
      return [
        () => kernels.masking(x.address, y.address, x.rows, x.stride, x.features, maskValue, mask),
        ...addMask(plan, mask, plan.mask, x.rows),
      ];
    },
  }),
  obstacle: eachTimestep,
};

/** Hands no mask on. */
export const unmask: LayerKind<UnmaskNode> = {
  fields: {},
  check: (_, context) => [onlyInput(context)],
  make: () => ({
    plan(plan) {
      plan.alias({ ...(plan.inputs[0] as ValueBuffer), mask: 0 });
      return [];
    },
  }),
  obstacle: eachTimestep,
};
