import type { ActivationSpec } from '../../../../spec.js';
import { refuse } from '../../../shared/refuse.js';
import type { Op } from '../../context.js';
import type { CellType } from './weights.js';

/** Functions f g h of the operator, as they default. */
const DEFAULTS: Readonly<Record<CellType, readonly string[]>> = {
  lstm: ['Sigmoid', 'Tanh', 'Tanh'],
  gru: ['Sigmoid', 'Tanh'],
  rnn: ['Tanh'],
};

interface Function {
  /** With the defaults of alpha and beta that the operator's specification gives. */
  readonly make: (alpha?: number, beta?: number) => ActivationSpec;
  /** Which of activation_alpha and activation_beta give it a number. */
  readonly takes?: { readonly alpha: true; readonly beta?: true };
}

const ALPHA = { alpha: true } as const;
const BOTH = { alpha: true, beta: true } as const;

/** By the name in small letters, as ONNX Runtime compares them. */
const FUNCTIONS: Readonly<Record<string, Function>> = {
  __proto__: null as never,
  affine: { make: (alpha = 1, beta = 0) => ({ type: 'affine', alpha, beta }), takes: BOTH },
  relu: { make: () => 'relu' },
  tanh: { make: () => 'tanh' },
  sigmoid: { make: () => 'sigmoid' },
  leakyrelu: { make: (alpha = 0.01) => ({ type: 'leaky_relu', alpha }), takes: ALPHA },
  thresholdedrelu: { make: (alpha = 1) => ({ type: 'thresholded_relu', alpha }), takes: ALPHA },
  scaledtanh: { make: (alpha = 1, beta = 1) => ({ type: 'scaled_tanh', alpha, beta }), takes: BOTH },
  hardsigmoid: { make: (alpha = 0.2, beta = 0.5) => ({ type: 'hard_sigmoid', alpha, beta }), takes: BOTH },
  elu: { make: (alpha = 1) => ({ type: 'elu', alpha }), takes: ALPHA },
  softsign: { make: () => 'softsign' },
  softplus: { make: () => 'softplus' },
};

/** The functions f, g and h of each direction. */
export function readActivations({ attributes, where }: Op, type: CellType, directions: number): ActivationSpec[][] {
  const defaults = DEFAULTS[type];
  const names = attributes.strings('activations') ?? Array.from({ length: directions }, () => defaults).flat();
  const wanted = defaults.length * directions;
  if (names.length !== wanted) refuse(where, 'wrong number of activations', `${wanted}`, `${names.length}`);
  const alphas = [...(attributes.floats('activation_alpha') ?? [])];
  const betas = [...(attributes.floats('activation_beta') ?? [])];
  const functions = names.map((name): ActivationSpec => {
    const key = name.toLowerCase();
    const known = FUNCTIONS[key];
    if (!known) refuse(where, 'an unknown activation', Object.keys(FUNCTIONS).join(', '), name);
    return known.make(known.takes?.alpha && alphas.shift(), known.takes?.beta && betas.shift());
  });
  if (alphas.length + betas.length > 0)
    refuse(
      where,
      'more alphas or betas than activations that take them',
      '0 left',
      `${alphas.length}, ${betas.length}`,
    );
  return Array.from({ length: directions }, (_, direction) =>
    functions.slice(direction * defaults.length, (direction + 1) * defaults.length),
  );
}
