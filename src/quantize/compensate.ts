import type { Covariance } from './covariance.js';
import { nearest } from './integers.js';

/** Rounds a row, one output's, to multiples of the scales of its blocks of `terms`, within ±`most`. */
export type RoundRow = (row: Float32Array, scales: Float32Array, terms: number, most: number, to: Int8Array) => void;

/** Part of the mean of the diagonal that is added to it, so that the matrix has an inverse. */
const DAMPING = 0.01;

/**
 * What is left of a weight after rounding is made up for by the weights that are still to be rounded, as far as the samples say that
 * they stand for one another (GPTQ, Frantar et al. 2022, which is Optimal Brain Surgeon column by column).
 *
 * @returns undefined where the samples were all zeros.
 */
export function compensated({ size, sums }: Covariance): RoundRow | undefined {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += sums[i * size + i] as number;
  if (!(trace > 0) || !Number.isFinite(trace)) return undefined;
  const damped = sums.slice();
  for (let i = 0; i < size; i++) (damped[i * size + i] as number) += (DAMPING * trace) / size;
  const factor = upperFactor(inverse(damped, size), size);
  const left = new Float64Array(size);
  return (row, scales, terms, most, to) => {
    left.set(row);
    for (let i = 0; i < size; i++) {
      const at = i * size;
      const weight = left[i] as number;
      const scale = scales[Math.floor(i / terms)] as number;
      const q = nearest(weight, scale, most);
      to[i] = q;
      const error = (weight - q * scale) / (factor[at + i] as number);
      for (let j = i + 1; j < size; j++) (left[j] as number) -= error * (factor[at + j] as number);
    }
  };
}

/** L of a positive definite matrix A = L·Lᵀ (Cholesky); what stands above the diagonal is left as it is. */
function lowerFactor(a: Float64Array, n: number): Float64Array {
  const l = a.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = l[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] as number) * (l[j * n + k] as number);
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / (l[j * n + j] as number);
    }
  }
  return l;
}

/** The inverse of a positive definite matrix, by way of that of its factor: A⁻¹ = M·Mᵀ turned, M = L⁻¹. */
function inverse(a: Float64Array, n: number): Float64Array {
  const l = lowerFactor(a, n);
  // Column c of M stands in row c here, so that sums run along rows.
  const m = new Float64Array(n * n);
  for (let c = 0; c < n; c++) {
    for (let i = c; i < n; i++) {
      let sum = i === c ? 1 : 0;
      for (let k = c; k < i; k++) sum -= (l[i * n + k] as number) * (m[c * n + k] as number);
      m[c * n + i] = sum / (l[i * n + i] as number);
    }
  }
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += (m[i * n + k] as number) * (m[j * n + k] as number);
      result[i * n + j] = sum;
      result[j * n + i] = sum;
    }
  }
  return result;
}

/** U of A = Uᵀ·U: L turned over. */
function upperFactor(a: Float64Array, n: number): Float64Array {
  const l = lowerFactor(a, n);
  const u = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) u[j * n + i] = l[i * n + j] as number;
  return u;
}
