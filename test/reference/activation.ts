import type { ActivationSpec } from '../../src/spec.js';
import type { Vector } from './vector.js';

/** Applies an activation of the spec to every element: its formula as it stands, NaN and infinities included. */
export function activate(spec: ActivationSpec, x: Vector): Vector {
  const { type, alpha = Number.NaN, beta = Number.NaN } = typeof spec === 'string' ? { type: spec } : spec;
  switch (type) {
    case 'linear':
      return x;
    case 'sigmoid':
      return x.map(sigmoid);
    case 'tanh':
      return x.map(Math.tanh);
    case 'relu':
      return x.map((v) => Math.max(0, v));
    case 'hard_sigmoid':
      return x.map((v) => Math.min(1, Math.max(0, alpha * v + beta)));
    case 'leaky_relu':
      return x.map((v) => (v < 0 ? alpha * v : v));
    case 'thresholded_relu':
      return x.map((v) => (v > alpha ? v : 0));
    case 'elu':
      return x.map((v) => (v < 0 ? alpha * Math.expm1(v) : v));
    case 'selu': // Klambauer et al. 2017
      return x.map((v) => 1.0507009873554805 * (v < 0 ? 1.6732632423543772 * Math.expm1(v) : v));
    case 'softsign': // at infinity its limit, where the formula as it stands is NaN
      return x.map((v) => (Math.abs(v) === Infinity ? Math.sign(v) : v / (1 + Math.abs(v))));
    case 'softplus': // ln(1 + e^x), without overflow
      return x.map((v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))));
    case 'affine':
      return x.map((v) => alpha * v + beta);
    case 'scaled_tanh':
      return x.map((v) => alpha * Math.tanh(beta * v));
    case 'gelu': // x·Φ(x), the normal distribution (Hendrycks & Gimpel 2016)
      return x.map((v) => 0.5 * v * (1 + erf(v / Math.SQRT2)));
    case 'gelu_tanh':
      return x.map((v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))));
    case 'silu':
      return x.map((v) => v * sigmoid(v));
    case 'exp':
      return x.map(Math.exp);
    case 'log':
      return x.map(Math.log);
    case 'sqrt':
      return x.map(Math.sqrt);
    case 'abs':
      return x.map(Math.abs);
    case 'square':
      return x.map((v) => v * v);
    case 'reciprocal':
      return x.map((v) => 1 / v);
    case 'clip':
      return x.map((v) => Math.min(beta, Math.max(alpha, v)));
    case 'hard_silu': // Howard et al. 2019
      return x.map((v) => v * Math.min(1, Math.max(0, v / 6 + 0.5)));
    case 'mish': // Misra 2019
      return x.map((v) => v * Math.tanh(Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)))));
    case 'log_sigmoid':
      return x.map((v) => Math.min(v, 0) - Math.log1p(Math.exp(-Math.abs(v))));
    case 'erf':
      return x.map(erf);
    case 'floor':
      return x.map(Math.floor);
    case 'sign':
      return x.map(Math.sign);
    case 'round':
      return x.map(toEven);
  }
}

/** The nearest whole number, of two as near the even one. */
function toEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * erf(x) to about 1e-15: near zero its Taylor series, Σ (-1)^n x^(2n+1) / (n! (2n+1)) · 2/√π (DLMF 7.6.1);
 * further out, where the series cancels, 1 - erfc by a continued fraction (DLMF 7.9.1).
 */
function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 0) return -erf(-x);
  if (x > 6) return 1;
  if (x > 2.5) {
    let tail = x;
    for (let n = 80; n > 0; n--) tail = x + n / 2 / tail;
    return 1 - Math.exp(-x * x) / (tail * Math.sqrt(Math.PI));
  }
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > 1e-18; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}
