/**
 * A row of float32 numbers as integers a of 14 bits, -8191 to 8191, and a scale:
 *
 *     x ≈ scale · a,   scale = max / 8191,   a = round(x · (8191 / max)), ties to even
 *
 * Four numbers are 8 bytes. `simd`: a as four int16. `relaxed`: a + 8192 = 128·upper + lower, both 0 to 127 as the relaxed dot
 * product wants them, four bytes of upper ones and four of lower ones. What is missing to a multiple of four counts as zeros.
 */

/** The largest |a|. */
export const MOST: f32 = 8191;

/** 1.5·2^23: adding it rounds to a whole number and puts that into the low bits. The offset of `relaxed` comes along. */
const ROUND: f32 = ASC_FEATURE_RELAXED_SIMD ? 12582912 + 8192 : 12582912;
const ROUND_BITS: i32 = 0x4b400000;

/** Numbers below 2^-100 are lifted by 2^100 first, since 8191 divided by them may be beyond float32. */
const SMALL: f32 = 7.888609052210118e-31;
const LIFT: f32 = 1.2676506002282294e30;

/** Bytes that `k` numbers take. */
// @ts-ignore: decorator
@inline
export function quantisedBytes(k: i32): usize {
  return <usize>((k + 3) >> 2) << 3;
}

/**
 * @param a,k the row: k numbers at any multiple of 4
 * @param least the maximum that is taken where the numbers' own is below it; 0: always their own
 * @param q where to, `quantisedBytes(k)`
 * @returns the scale; 0 for zeros, NaN where one of the numbers is NaN or infinite
 */
export function quantise(a: usize, k: i32, least: f32, q: usize): f32 {
  const end = a + (<usize>(k & ~3) << 2);
  const rest = k & 3;
  const last = rest ? lastVector(end, rest) : i32x4.splat(0);
  const magnitude = i32x4.splat(0x7fffffff);
  // Magnitudes stand in the order of their bits, infinity and NaN behind all numbers.
  let most = i32x4.max_s(v128.and(last, magnitude), i32x4.splat(reinterpret<i32>(least)));
  for (let at = a; at < end; at += 16) most = i32x4.max_s(most, v128.and(v128.load(at), magnitude));
  const bits = max(
    max(i32x4.extract_lane(most, 0), i32x4.extract_lane(most, 1)),
    max(i32x4.extract_lane(most, 2), i32x4.extract_lane(most, 3)),
  );
  if (bits >= 0x7f800000) return NaN;
  const largest = reinterpret<f32>(bits);
  const lift: f32 = largest < SMALL ? LIFT : 1;
  const lifts = f32x4.splat(lift);
  const factors = f32x4.splat(largest == 0 ? 0 : MOST / (largest * lift));
  const round = f32x4.splat(ROUND);
  for (; a < end; a += 16, q += 8) store(v128.load(a), lifts, factors, round, q);
  if (rest) store(last, lifts, factors, round, q);
  return largest / MOST;
}

// @ts-ignore: decorator
@inline
function store(x: v128, lifts: v128, factors: v128, round: v128, q: usize): void {
  const whole = f32x4.add(f32x4.mul(f32x4.mul(x, lifts), factors), round);
  if (ASC_FEATURE_RELAXED_SIMD) {
    const seven = i32x4.splat(127);
    const halves = i16x8.narrow_i32x4_s(v128.and(i32x4.shr_u(whole, 7), seven), v128.and(whole, seven));
    v128.store64_lane(q, i8x16.narrow_i16x8_u(halves, halves), 0);
  } else {
    const integers = i32x4.sub(whole, i32x4.splat(ROUND_BITS));
    v128.store64_lane(q, i16x8.narrow_i32x4_s(integers, integers), 0);
  }
}

/** 1, 2 or 3 numbers and zeros. */
function lastVector(a: usize, count: i32): v128 {
  let x = v128.load32_zero(a);
  if (count > 1) x = v128.load32_lane(a + 4, x, 1);
  if (count > 2) x = v128.load32_lane(a + 8, x, 2);
  return x;
}
