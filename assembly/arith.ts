/**
 * The arithmetic every kernel shares. All numbers are float32, four to a v128 "vector".
 */

/** A vector of zeros. */
// @ts-ignore: decorator
@inline
export function zeros(): v128 {
  return i32x4.splat(0);
}

/** `x` in all four lanes. */
// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/**
 * `acc + a·b`: rounded twice in the baseline build, so every machine gives the same bits; in the
 * relaxed build a fused multiply-add where the processor has one.
 */
// @ts-ignore: decorator
@inline
export function madd(acc: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, acc);
  return f32x4.add(acc, f32x4.mul(a, b));
}

/**
 * `x` bounded to [low, high]; NaN stays NaN. `pmin(x, high)` is `high < x ? high : x`, one
 * instruction, where `f32x4.min` is several.
 */
// @ts-ignore: decorator
@inline
export function clamp(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, high), low);
}

/** Lanes of the last vector of a row of `n` floats that belong to the row: all ones there, else zeros. */
// @ts-ignore: decorator
@inline
export function tailMask(n: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n & 3));
}

/** Sum of the four lanes, always in the same order. */
// @ts-ignore: decorator
@inline
export function laneSum(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** Bytes of `n` floats padded to whole vectors. */
// @ts-ignore: decorator
@inline
export function rowBytes(n: i32): i32 {
  return ((n + 3) & ~3) << 2;
}

/** Vectors that hold `n` floats. */
// @ts-ignore: decorator
@inline
export function vectorsFor(n: i32): i32 {
  return (n + 3) >> 2;
}
