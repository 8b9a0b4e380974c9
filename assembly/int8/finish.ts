/**
 * What is made of a vector's integer sum: `c = init + (sum · weightScale) · rowScale`, in this order, each step rounded by itself.
 *
 * @param a,b `simd`: the sum, and nothing; `relaxed`: the sums of the upper and of the lower seven bits. Together they may pass
 *   beyond int32, as may what is subtracted; the difference is within it, so it is right.
 * @param tail scales of the four columns' weights, float32; then 8192 · Σ w, int32, what the offset of `relaxed` has added
 */
// @ts-ignore: decorator
@inline
export function finish(a: v128, b: v128, tail: usize, scale: f32, init: usize, c: usize): void {
  let sum = a;
  if (ASC_FEATURE_RELAXED_SIMD) sum = i32x4.sub(i32x4.add(i32x4.shl(a, 7), b), v128.load(tail, 16));
  const scaled = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load(tail)), f32x4.splat(scale));
  v128.store(c, f32x4.add(v128.load(init), scaled));
}
