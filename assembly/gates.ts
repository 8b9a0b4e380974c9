import { EXP2, EXPONENT_HIGH, EXPONENT_LOW, MINUS_LOG2E, ONE, ROUND, TWO, TWO_LOG2E } from './constants';
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
 * sigmoid 1.1e-7, tanh 1.6e-7 absolute; tanh everywhere 8e-7 relative.
 */

/** 1 / (1 + e^-x) */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const t = clamp(f32x4.mul(x, MINUS_LOG2E()), EXPONENT_LOW(), EXPONENT_HIGH());
  const biased = f32x4.add(t, ROUND());
  const scale = i32x4.shl(biased, 23);
  const power = pow2Minus1(f32x4.sub(t, f32x4.sub(biased, ROUND())));
  return f32x4.div(ONE(), f32x4.add(madd(scale, scale, power), ONE()));
}

/** tanh(x) */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const t = clamp(f32x4.mul(x, TWO_LOG2E()), EXPONENT_LOW(), EXPONENT_HIGH());
  const biased = f32x4.add(t, ROUND());
  const scale = i32x4.shl(biased, 23);
  const power = pow2Minus1(f32x4.sub(t, f32x4.sub(biased, ROUND())));
  const expm1 = madd(f32x4.sub(scale, ONE()), scale, power);
  return f32x4.div(expm1, f32x4.add(expm1, TWO()));
}

/** 2^r - 1 for |r| <= 1/2. */
// @ts-ignore: decorator
@inline
function pow2Minus1(r: v128): v128 {
  let p = madd(EXP2(3), r, EXP2(4));
  p = madd(EXP2(2), r, p);
  p = madd(EXP2(1), r, p);
  p = madd(EXP2(0), r, p);
  return f32x4.mul(r, p);
}
