import { clamp, madd, splat, zeros } from './arith';

/**
 * The exponential family, accurate relative to the result's own size over the whole range: for the
 * activations outside the gates' fast path, where an argument of -80 or 80 is a normal thing.
 *
 *     e^x = 2^n · e^r,   n = round(x·log2 e),   r = x - n·ln 2 in two parts (Cody & Waite 1980)
 *
 * (e^r - 1)/r is a polynomial of degree 5 by the Remez exchange (1.1e-8). 2^n is applied as two factors, so that
 * overflow gives Infinity and underflow a denormal or zero. NaN stays NaN.
 */

/** e^x; error 1.5e-7 relative where the result is normal. */
export function exp(x: v128): v128 {
  const n = exponent(x);
  const half = i32x4.shr_s(n, 1);
  const e = f32x4.mul(f32x4.add(expMinus1Reduced(reduce(x, n)), splat(1)), pow2(half));
  return f32x4.mul(e, pow2(i32x4.sub(n, half)));
}

/** e^x - 1; error 2.5e-7 relative. */
export function expm1(x: v128): v128 {
  const n = exponent(x);
  const half = i32x4.shr_s(n, 1);
  const first = pow2(half);
  const second = pow2(i32x4.sub(n, half));
  // (2^n·p) + (2^n - 1), with 2^n in two factors.
  const p = f32x4.mul(f32x4.mul(expMinus1Reduced(reduce(x, n)), first), second);
  return f32x4.add(p, f32x4.sub(f32x4.mul(first, second), splat(1)));
}

/**
 * ln(1 + y) for y in [-0.3, 1], accurate relative to the result: 2·artanh(w) with w = y/(2 + y), as w
 * times a polynomial of degree 4 in w² (4e-9).
 */
export function log1p(y: v128): v128 {
  const w = f32x4.div(y, f32x4.add(y, splat(2)));
  const v = f32x4.mul(w, w);
  let p = madd(splat(0.27960601449012756), v, splat(0.2817833423614502));
  p = madd(splat(0.40024909377098083), v, p);
  p = madd(splat(0.6666631698608398), v, p);
  p = madd(splat(2), v, p);
  return f32x4.mul(w, p);
}

/**
 * ln(x) = e·ln 2 + ln(m), x = m·2^e with m in [sqrt(1/2), sqrt(2)), so that nothing cancels near 1; denormals are scaled up first.
 */
export function log(x: v128): v128 {
  const small = f32x4.lt(x, splat(1.1754943508222875e-38));
  const scaled = v128.bitselect(f32x4.mul(x, splat(8388608)), x, small);
  // How far the bits lie above those of sqrt(1/2), in exponents.
  const above = i32x4.sub(scaled, i32x4.splat(0x3f3504f3));
  const e = i32x4.sub(i32x4.shr_s(above, 23), v128.and(small, i32x4.splat(23)));
  const m = i32x4.add(v128.and(above, i32x4.splat(0x7fffff)), i32x4.splat(0x3f3504f3));
  const count = f32x4.convert_i32x4_s(e);
  const low = f32x4.sub(log1p(f32x4.sub(m, splat(1))), f32x4.mul(count, splat(2.12194440e-4)));
  const y = f32x4.add(low, f32x4.mul(count, splat(0.693359375)));
  // 0: -Infinity; below 0 and NaN: NaN; Infinity as it is.
  const edge = v128.bitselect(splat(-Infinity), f32x4.sqrt(x), f32x4.eq(x, zeros()));
  return v128.bitselect(y, edge, v128.and(f32x4.gt(x, zeros()), f32x4.lt(x, splat(Infinity))));
}

/** round(x·log2 e) as integers in [-252, 254], NaN giving any of them. */
// @ts-ignore: decorator
@inline
function exponent(x: v128): v128 {
  const t = clamp(f32x4.mul(x, splat(1.4426950408889634)), splat(-252), splat(254));
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(t));
}

// @ts-ignore: decorator
@inline
function reduce(x: v128, n: v128): v128 {
  const count = f32x4.convert_i32x4_s(n);
  // ln 2 = 0.693359375 (9 bits, so the product is exact) - 2.12194440e-4
  const r = f32x4.sub(x, f32x4.mul(count, splat(0.693359375)));
  // ±Infinity and the far ends leave the reduced range: bounded, since 2^n has decided already.
  return clamp(f32x4.add(r, f32x4.mul(count, splat(2.12194440e-4))), splat(-0.36), splat(0.36));
}

/** e^r - 1 for |r| <= ln(2)/2. */
// @ts-ignore: decorator
@inline
function expMinus1Reduced(r: v128): v128 {
  let p = madd(splat(0.008369150571525097), r, splat(0.0013948583509773016));
  p = madd(splat(0.041666239500045776), r, p);
  p = madd(splat(0.16666504740715027), r, p);
  p = madd(splat(0.5), r, p);
  p = madd(splat(1), r, p);
  return f32x4.mul(r, p);
}

/** 2^n for n in [-126, 127]. */
// @ts-ignore: decorator
@inline
function pow2(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}
