import type { Kernels } from './abi.js';
import { type PackedMatrix, type Packing, packBias, packMatrix, type WeightPart } from './pack.js';

/**
 * The one product that layers are composed of: rows times a packed matrix, plus a bias. Layers know no more of it than this
 * interface, so that weights of another type can stand behind it.
 */
export interface Linear {
  /** Where a cell's kernel, which runs on with the same weights, finds them. */
  readonly weight: PackedMatrix;
  /** Address of one row of results, what a sum starts from; 0 for zeros. */
  readonly bias: number;
  /** Vectors of a row of results. */
  readonly vectors: number;
  /** `c[r] = bias + Σ_k a[r, k]·w[k]` for each of `rows` rows, which stand `aStride` bytes apart and may overlap. */
  apply(a: number, aStride: number, rows: number, c: number, cStride: number): void;
  /**
   * Only the terms k from `k0` to `k0 + count` of these sums, on from `init` (stride 0: one row for all), which may be `c`.
   * Parts of a sum that follow one another give the bits of the whole.
   */
  applyTerms(
    k0: number,
    count: number,
    a: number,
    aStride: number,
    rows: number,
    init: number,
    initStride: number,
    c: number,
    cStride: number,
  ): void;
}

/** @param bias address of one row of `weight.vectors` vectors, or 0. */
export function linearOf({ gemm }: Kernels, weight: PackedMatrix, bias: number): Linear {
  const { address, rows: terms, vectors } = weight;
  return {
    weight,
    bias,
    vectors,
    apply: (a, aStride, rows, c, cStride) =>
      gemm(a, aStride, rows, address, terms, 0, terms, vectors, bias, 0, c, cStride),
    applyTerms: (k0, count, a, aStride, rows, init, initStride, c, cStride) =>
      gemm(a, aStride, rows, address, terms, k0, count, vectors, init, initStride, c, cStride),
  };
}

/**
 * Packs weights and biases of a spec.
 * @param columns which output each packed column computes (`gateColumns`).
 * @param weights the tensors, which follow one another along the sum.
 * @param biases names of tensors that are added; absent ones count as zeros.
 */
export function packLinear(
  packing: Packing,
  columns: Int32Array,
  weights: readonly WeightPart[],
  biases: readonly (string | undefined)[],
): Linear {
  const weight = packMatrix(packing, columns, ...weights);
  return linearOf(packing.kernels, weight, packBias(packing, columns, ...biases));
}
