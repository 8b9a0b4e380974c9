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
