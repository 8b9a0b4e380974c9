import { EXP2, HIGH, LOW, MINUS_LOG2E, ONE, ROUND, TWO_LOG2E } from './constants';
import { clamp, madd } from './arith';

/**
 * sigmoid and tanh as the gates use them, without a branch or a call.
 *
 *     2^t = 2^n · 2^r,   n = round(t),   r = t - n in [-1/2, 1/2]
 *
 * n comes out of the low bits of t + 1.5·2^23, 2^n from shifting them into the exponent, and
 * (2^r - 1)/r is a polynomial of degree 4, by the Remez exchange with the error weighted by max(|r|, 0.2):
 * 2^r itself is good to 9.4e-8. Keeping 2^r - 1 apart from the 1 lets tanh(x) = (e^2x - 1)/(e^2x - 1 + 2)
 * stay accurate relative to its own size near zero.
 *
 * t is bounded to ±126 first, so 2^n is always a normal number; NaN goes through every step as NaN.
 *
 * Largest error against float64, over all float32 x (`test/kernels/activate.test.ts`):
 * sigmoid 1.1e-7, tanh 1.6e-7 absolute; tanh everywhere 9e-7 relative.
 *
 * The constants are parameters so that a loop can load them once: `one` is 1, the others what `constants.ts` names.
 */

/** 1 / (1 + e^-x) */
// @ts-ignore: decorator
@inline
export function sigmoidWith(
  x: v128, low: v128, high: v128, round: v128, one: v128, minusLog2e: v128,
  p0: v128, p1: v128, p2: v128, p3: v128, p4: v128,
): v128 {
  const t = clamp(f32x4.mul(x, minusLog2e), low, high);
  const biased = f32x4.add(t, round);
  const scale = i32x4.shl(biased, 23);
  const power = pow2Minus1(f32x4.sub(t, f32x4.sub(biased, round)), p0, p1, p2, p3, p4);
  return f32x4.div(one, madd(f32x4.add(scale, one), scale, power));
}

/** tanh(x) */
// @ts-ignore: decorator
@inline
export function tanhWith(
  x: v128, low: v128, high: v128, round: v128, one: v128, twoLog2e: v128,
  p0: v128, p1: v128, p2: v128, p3: v128, p4: v128,
): v128 {
  const t = clamp(f32x4.mul(x, twoLog2e), low, high);
  const biased = f32x4.add(t, round);
  const scale = i32x4.shl(biased, 23);
  const power = pow2Minus1(f32x4.sub(t, f32x4.sub(biased, round)), p0, p1, p2, p3, p4);
  const expm1 = madd(f32x4.sub(scale, one), scale, power);
  return f32x4.div(expm1, f32x4.add(f32x4.add(expm1, one), one));
}

/** 2^r - 1 for |r| <= 1/2. */
// @ts-ignore: decorator
@inline
function pow2Minus1(r: v128, p0: v128, p1: v128, p2: v128, p3: v128, p4: v128): v128 {
  return f32x4.mul(r, madd(p0, r, madd(p1, r, madd(p2, r, madd(p3, r, p4)))));
}

/** 1 / (1 + e^-x), outside loops. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  return sigmoidWith(x, LOW(), HIGH(), ROUND(), ONE(), MINUS_LOG2E(), EXP2(0), EXP2(1), EXP2(2), EXP2(3), EXP2(4));
}

/** tanh(x), outside loops. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  return tanhWith(x, LOW(), HIGH(), ROUND(), ONE(), TWO_LOG2E(), EXP2(0), EXP2(1), EXP2(2), EXP2(3), EXP2(4));
}
