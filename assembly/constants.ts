/**
 * The only static data: it starts at address 64 and stays below the first kilobyte, which the memory's owner never hands out.
 *
 * The gate passes load their constants from here into locals before they loop. Written as `v128.const` they
 * would be rebuilt in several instructions wherever they are used, loops included.
 */
const TABLE: usize = memory.data<f32>([
  -126, 126, 12583039, 1, -1.4426950408889634, 2.8853900817779268,
  // (2^r - 1)/r on [-1/2, 1/2], from r^0 to r^4
  0.6931471824645996, 0.24022236466407776, 0.05550315976142883, 0.00967180822044611, 0.0013405469944700599,
  1.0842021724855044e-19,
]);

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(TABLE + (index << 2));
}

/** Least exponent of a normal float32. */
// @ts-ignore: decorator
@inline
export function LOW(): v128 {
  return constant(0);
}

/** One below the greatest exponent, so that the power times a factor up to sqrt 2 is finite. */
// @ts-ignore: decorator
@inline
export function HIGH(): v128 {
  return constant(1);
}

/** 1.5·2^23 + 127: adding it rounds to an integer and puts the biased float32 exponent into the low bits. */
// @ts-ignore: decorator
@inline
export function ROUND(): v128 {
  return constant(2);
}

// @ts-ignore: decorator
@inline
export function ONE(): v128 {
  return constant(3);
}

/** -log2(e): e^-x as a power of 2. */
// @ts-ignore: decorator
@inline
export function MINUS_LOG2E(): v128 {
  return constant(4);
}

/** 2·log2(e): e^2x as a power of 2. */
// @ts-ignore: decorator
@inline
export function TWO_LOG2E(): v128 {
  return constant(5);
}

/** Coefficient of r^i of (2^r - 1)/r. */
// @ts-ignore: decorator
@inline
export function EXP2(i: usize): v128 {
  return constant(6 + i);
}

/** 2^-63, the least magnitude of what a cell multiplies; see `tiny.ts`. */
// @ts-ignore: decorator
@inline
export function TINY(): v128 {
  return constant(11);
}
