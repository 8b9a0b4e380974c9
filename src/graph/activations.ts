import { badSpec, choose, describe } from '../refuse.js';
import type { ActivationName, ActivationSpec } from '../spec.js';

/** A checked activation; a parameter that its formula does not have is 0. */
export interface Activation {
  readonly name: ActivationName;
  /** The kernels' number of it. */
  readonly id: number;
  readonly alpha: number;
  readonly beta: number;
}

/**
 * Every activation, and how many of alpha and beta, in this order, its formula has. Its place here is its number: `Activation` in
 * `assembly/activations.ts`.
 */
export const PARAMETERS: Readonly<Record<ActivationName, 0 | 1 | 2>> = {
  linear: 0,
  sigmoid: 0,
  tanh: 0,
  relu: 0,
  hard_sigmoid: 2,
  leaky_relu: 1,
  thresholded_relu: 1,
  elu: 1,
  selu: 0,
  softsign: 0,
  softplus: 0,
  affine: 2,
  scaled_tanh: 2,
  gelu: 0,
  gelu_tanh: 0,
  silu: 0,
  exp: 0,
  log: 0,
  sqrt: 0,
  abs: 0,
  square: 0,
  reciprocal: 0,
  clip: 2,
  hard_silu: 0,
  mish: 0,
  log_sigmoid: 0,
  erf: 0,
  floor: 0,
  sign: 0,
  round: 0,
};

/** Klambauer et al. 2017, "Self-Normalizing Neural Networks": alpha and scale. */
export const SELU = { alpha: 1.6732632423543772, beta: 1.0507009873554805 };

/**
 * Checks an activation of a spec.
 * @throws {SpecError} unknown name, a parameter missing, not finite, or given to a function that has none.
 */
export function resolveActivation(spec: ActivationSpec, where: string): Activation {
  const given = typeof spec === 'string' ? { type: spec } : spec;
  const name = given?.type;
  const parameters = (['alpha', 'beta'] as const).slice(0, choose(PARAMETERS, name, where, 'activation'));
  for (const key of Object.keys(given)) {
    if (key === 'type' || parameters.includes(key as 'alpha')) continue;
    badSpec(where, `activation ${name} has no parameter ${key}`, parameters.join(', ') || 'no parameters', key);
  }
  for (const key of parameters) {
    const value = given[key];
    if (!Number.isFinite(value)) badSpec(where, `activation ${name} needs ${key}`, 'a finite number', describe(value));
  }
  const { alpha = 0, beta = 0 } = name === 'selu' ? SELU : given;
  return { name, id: Object.keys(PARAMETERS).indexOf(name), alpha, beta };
}
