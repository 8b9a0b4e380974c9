import type { Embedded, KernelFamily } from './module.js';
import { fromText } from './text.js';

/** The integer kernels' interface as TypeScript sees it: `assembly/int8/`, where the meaning of each function stands. */
export interface Int8Kernels {
  /** Bytes of `scratch` that `product` needs for sums of `k` terms. */
  scratchBytes(k: number): number;
  /**
   * `C[r] = init[r] + Σ_j A[r, j] · W[j]`, each row of A rounded to 14 bits of its largest magnitude, or of `least` if that is more; W packed
   * in blocks of `block` terms.
   */
  product(
    a: number,
    aStride: number,
    rows: number,
    k: number,
    least: number,
    w: number,
    vectors: number,
    init: number,
    initStride: number,
    c: number,
    cStride: number,
    scratch: number,
    block: number,
  ): void;
  /** Rows of an int8 table by number. */
  embedding(
    ids: number,
    rows: number,
    table: number,
    stride: number,
    scales: number,
    features: number,
    dst: number,
  ): void;
}

/** Most terms of a sum that the kernels take as one: `assembly/int8/product.ts`. */
export const BLOCK_TERMS = 2048;

export const INTEGERS: KernelFamily = {
  mark: 'product',
  files: 'int8-simd.wasm or int8-relaxed.wasm of this package',
  compiled: {},
};

/** Both builds, each fetched when it is the one chosen. */
export const INT8_ON_DEMAND: Embedded = {
  relaxed: async () => fromText((await import('./embedded/int8-relaxed.js')).default),
  simd: async () => fromText((await import('./embedded/int8-simd.js')).default),
};
