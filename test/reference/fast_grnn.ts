import type { FastGrnnConfig } from '../../src/spec.js';
import { activate } from './activation.js';
import type { Cell } from './cell.js';
import { gatePart, type Tensors } from './tensors.js';
import { product, sum, times } from './vector.js';

/**
 * FastGRNN (Kusupati et al. 2018):
 *
 *     s  = W·x + U·h
 *     z  = σ(s + bz)
 *     n  = tanh(s + bn)
 *     h' = (ζ·(1 - z) + ν)∘n + z∘h
 */
export function fastGrnnCell(config: FastGrnnConfig, tensors: Tensors): Cell {
  const { units, zeta, nu, activations = {} } = config;
  const W = tensors.matrix(config.tensors.weightIh); // (units, input)
  const U = tensors.matrix(config.tensors.weightHh); // (units, units)
  const bias = tensors.optional(config.tensors.bias); // (2·units)
  return (x, { h }) => {
    const s = sum(product(W, x), product(U, h));
    const z = activate(activations.z ?? 'sigmoid', sum(s, gatePart(bias, 0, units)));
    const n = activate(activations.n ?? 'tanh', sum(s, gatePart(bias, 1, units)));
    const share = z.map((value) => zeta * (1 - value) + nu);
    return { state: { h: sum(times(share, n), times(z, h)) }, gates: { z, n } };
  };
}
