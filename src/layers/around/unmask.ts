import { eachTimestep } from '../../graph/kind.js';
import { onlyInput } from '../../graph/node-context.js';
import type { UnmaskNode } from '../../spec.js';
import type { LayerKind, ValueBuffer } from '../layer.js';

/** The same numbers without their mask. */
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
