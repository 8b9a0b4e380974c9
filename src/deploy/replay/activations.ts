import type * as checked from '../../graph/activations.js';
import { PARAMETERS, SELU } from '../../graph/activations.js';

/** The kernels' number of each activation; a built file has those that it uses (`compose.ts`). */
export const NUMBERS: Readonly<Record<string, number>> = {
  __proto__: null as never,
  ...Object.fromEntries(Object.keys(PARAMETERS).map((name, id) => [name, id])),
};

/** Of an activation that has been checked. */
export const resolveActivation: typeof checked.resolveActivation = (spec) => {
  const given = typeof spec === 'string' ? { type: spec } : spec;
  const { alpha = 0, beta = 0 } = given.type === 'selu' ? SELU : given;
  return { name: given.type, id: NUMBERS[given.type] as number, alpha, beta };
};
