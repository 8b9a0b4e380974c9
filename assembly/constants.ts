/**
 * The only static data: 64 bytes on, below the first kilobyte, which the memory's owner never hands out.
 *
 * Constants are loaded instead of written as `v128.const`, because engines rebuild a constant in
 * several instructions wherever it is used, loops included; a load that splats is one.
 */
const TABLE: usize = memory.data<f32>([
  // 0-3: sign-free range of the exponent, log2(e) and its multiples
  -126, 126, -1.4426950408889634, 2.8853900817779268,
  // 4-5: rounding to an integer n by adding 1.5·2^23 (+127, the bias of a float32 exponent)
  12583039, 1,
  // 6-10: (2^r - 1)/r on [-1/2, 1/2]
  0.6931471824645996, 0.24022236466407776, 0.05550315976142883, 0.00967180822044611, 0.0013405469944700599,
  // 11: two
  2,
]);

/** As many zeros as the widest panel has lanes: the start of a sum without bias. */
export const ZEROS: usize = memory.data(192, 16);

// @ts-ignore: decorator
@inline
function constant(index: i32): v128 {
  return v128.load32_splat(TABLE + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
export function EXPONENT_LOW(): v128 {
  return constant(0);
}
// @ts-ignore: decorator
@inline
export function EXPONENT_HIGH(): v128 {
  return constant(1);
}
// @ts-ignore: decorator
@inline
export function MINUS_LOG2E(): v128 {
  return constant(2);
}
// @ts-ignore: decorator
@inline
export function TWO_LOG2E(): v128 {
  return constant(3);
}
// @ts-ignore: decorator
@inline
export function ROUND(): v128 {
  return constant(4);
}
// @ts-ignore: decorator
@inline
export function ONE(): v128 {
  return constant(5);
}
/** Coefficient of r^i of (2^r - 1)/r. */
// @ts-ignore: decorator
@inline
export function EXP2(i: i32): v128 {
  return constant(6 + i);
}
// @ts-ignore: decorator
@inline
export function TWO(): v128 {
  return constant(11);
}
