import { SpecError } from './errors.js';
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
  const parameters = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
  if (parameters === undefined) {
    throw new SpecError('unknown activation', { where, expected: NAMES.join(', '), got: describe(name) });
  }
  for (const key of Object.keys(given)) {
    if (key === 'type' || parameters.includes(key as 'alpha')) continue;
    throw new SpecError(`activation ${name} has no parameter ${key}`, {
      where,
      expected: parameters.join(', ') || 'no parameters',
      got: key,
    });
  }
  for (const key of parameters) {
    const value = given[key];
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new SpecError(`activation ${name} needs ${key}`, {
        where,
        expected: 'a finite number',
        got: describe(value),
      });
    }
  }
  const { alpha = 0, beta = 0 } = name === 'selu' ? SELU : given;
  return { name, id: NAMES.indexOf(name), alpha, beta };
}

/** A short text for a value in an error message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name}(${(value as Float32Array).length ?? value.byteLength})`;
  if (typeof value === 'object' && value !== null) return `{${Object.keys(value).join(', ')}}`;
  return String(value);
}
