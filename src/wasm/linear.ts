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

/** Where weights of any type come from and go to. */
export interface LinearPacking extends Packing {
  readonly int8?: Int8Packing | undefined;
}

/** Packs int8 weights; `int8-linear.ts`. */
export interface Int8Packing {
  /**
   * `packLinear` of int8 weights; undefined where they are float32.
   * @param bias address of one row of biases.
   * @param terms that are applied at a time; 0: each tensor's.
   */
  linear(columns: Int32Array, weights: readonly WeightPart[], bias: number, terms: number): Linear | undefined;
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
 * @param terms that `applyTerms` is given at a time; 0: those of one tensor, or all.
 */
export function packLinear(
  packing: LinearPacking,
  columns: Int32Array,
  weights: readonly WeightPart[],
  biases: readonly (string | undefined)[],
  terms = 0,
): Linear {
  const bias = packBias(packing, columns, ...biases);
  return (
    packing.int8?.linear(columns, weights, bias, terms) ??
    linearOf(packing.kernels, packMatrix(packing, columns, ...weights), bias)
  );
}
