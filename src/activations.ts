import { badSpec, choose, describe } from './refuse.js';
import type { ActivationName, ActivationSpec } from './spec.js';

/** An activation as the kernels take it: a number for the function and its two parameters. */
export interface Activation {
  readonly name: ActivationName;
  /** The kernel's number for the function (`assembly/`). */
  readonly id: number;
  readonly alpha: number;
  readonly beta: number;
}

/** In the order of the kernel's numbers; the parameters that each formula has. */
const PARAMETERS: Record<ActivationName, readonly ('alpha' | 'beta')[]> = {
  linear: [],
  sigmoid: [],
  tanh: [],
  relu: [],
  hard_sigmoid: ['alpha', 'beta'],
  leaky_relu: ['alpha'],
  thresholded_relu: ['alpha'],
  elu: ['alpha'],
  selu: [],
  softsign: [],
  softplus: [],
  affine: ['alpha', 'beta'],
  scaled_tanh: ['alpha', 'beta'],
  gelu: [],
  gelu_tanh: [],
  silu: [],
  exp: [],
};
const NAMES = Object.keys(PARAMETERS) as ActivationName[];

/** Klambauer et al. 2017, "Self-Normalizing Neural Networks": alpha and scale. */
const SELU = { alpha: 1.6732632423543772, beta: 1.0507009873554805 };

/**
 * Checks an activation of a spec.
 * @throws {SpecError} unknown name, a parameter missing, not finite, or given to a function that has none.
 */
export function resolveActivation(spec: ActivationSpec, where: string): Activation {
  const given = typeof spec === 'string' ? { type: spec } : spec;
  const name = given?.type;
  const parameters = choose(PARAMETERS, name, where, 'activation');
  for (const key of Object.keys(given)) {
    if (key === 'type' || parameters.includes(key as 'alpha')) continue;
    badSpec(where, `activation ${name} has no parameter ${key}`, parameters.join(', ') || 'no parameters', key);
  }
  for (const key of parameters) {
    const value = given[key];
    if (!Number.isFinite(value)) badSpec(where, `activation ${name} needs ${key}`, 'a finite number', describe(value));
  }
  const { alpha = 0, beta = 0 } = name === 'selu' ? SELU : given;
  return { name, id: NAMES.indexOf(name), alpha, beta };
}
