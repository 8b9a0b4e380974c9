import { TINY } from './constants';

/**
 * Denormals: a product whose result is below 2^-126 takes a processor a hundred cycles and more, and WebAssembly has no way to
 * ask for zero instead. So the cells take for zero what is below 2^-63 in magnitude (1.1e-19): inputs, h and c here, weights and
 * biases where they are packed. The product of any two that are left is at least 2^-126. Nothing is to be seen of it: beside
 * weights up to 2^20, all that is lost of a gate's sum is below 1e-13 for each of its terms.
 */

/** `x`, and 0 where its magnitude is below 2^-63; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function withoutTiny(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), TINY()));
}

/**
 * In place: 0 for denormals, the sign kept. For products of layers other than cells, whose inputs may be in units of 1e-21: what is below
 * 2^-126 alone counts for nothing.
 */
export function withoutDenormals(address: usize, vectors: i32): void {
  const exponent = i32x4.splat(0x7f800000);
  const magnitude = i32x4.splat(0x7fffffff);
  for (let i = 0; i < vectors; i++, address += 16) {
    const x = v128.load(address);
    const denormal = i32x4.eq(v128.and(x, exponent), i32x4.splat(0));
    v128.store(address, v128.andnot(x, v128.and(denormal, magnitude)));
  }
}

/** `copyRows` without the tiny ones. */
export function copyRowsWithoutTiny(src: usize, srcStride: usize, dst: usize, dstStride: usize, rows: i32, n: i32): void {
  for (let r = 0; r < rows; r++) {
    let i = 0;
    for (; i <= n - 4; i += 4) v128.store(dst + (i << 2), withoutTiny(v128.load(src + (i << 2))));
    for (; i < n; i++) v128.store32_lane(dst + (i << 2), withoutTiny(v128.load32_splat(src + (i << 2))), 0);
    src += srcStride;
    dst += dstStride;
  }
}
