import type * as checked from '../../graph/activations.js';
import { PARAMETERS, SELU } from '../../graph/activations.js';

/** Of an activation that has been checked. */
export const resolveActivation: typeof checked.resolveActivation = (spec) => {
  const given = typeof spec === 'string' ? { type: spec } : spec;
  const { alpha = 0, beta = 0 } = given.type === 'selu' ? SELU : given;
  return { name: given.type, id: Object.keys(PARAMETERS).indexOf(given.type), alpha, beta };
};
