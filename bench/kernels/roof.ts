/**
 * The machine's own limits as WebAssembly can reach them, for the kernels to be measured against.
 */

// @ts-ignore: decorator
@inline
function madd(acc: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, acc);
  return f32x4.add(acc, f32x4.mul(a, b));
}

/**
 * Reads `bytes` (a multiple of 128) from `at` with 128-bit loads and does as little as possible with them. One load for
 * each accumulator a round: with more the compiler joins them and reads out of order, which is slower.
 */
export function readRoof(at: usize, bytes: usize): i32 {
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  const end = at + bytes;
  while (at < end) {
    a = v128.or(a, v128.load(at, 0));
    b = v128.or(b, v128.load(at, 16));
    c = v128.or(c, v128.load(at, 32));
    d = v128.or(d, v128.load(at, 48));
    e = v128.or(e, v128.load(at, 64));
    f = v128.or(f, v128.load(at, 80));
    g = v128.or(g, v128.load(at, 96));
    h = v128.or(h, v128.load(at, 112));
    at += 128;
  }
  const low = v128.or(v128.or(a, b), v128.or(c, d));
  return i32(v128.any_true(v128.or(low, v128.or(v128.or(e, f), v128.or(g, h)))));
}

/** 8 accumulators in registers, each `a = a + a·y`: 8 vectors of one multiply and one add an iteration. */
export function maddRoof8(iterations: i32, x: f32): f32 {
  const y = f32x4.splat(x);
  let a = y;
  let b = y;
  let c = y;
  let d = y;
  let e = y;
  let f = y;
  let g = y;
  let h = y;
  while (iterations-- > 0) {
    a = madd(a, a, y);
    b = madd(b, b, y);
    c = madd(c, c, y);
    d = madd(d, d, y);
    e = madd(e, e, y);
    f = madd(f, f, y);
    g = madd(g, g, y);
    h = madd(h, h, y);
  }
  let sum = f32x4.add(a, b);
  sum = f32x4.add(sum, c);
  sum = f32x4.add(sum, d);
  sum = f32x4.add(sum, e);
  sum = f32x4.add(sum, f);
  sum = f32x4.add(sum, g);
  sum = f32x4.add(sum, h);
  return f32x4.extract_lane(sum, 0);
}

/** 12 accumulators in registers, each `a = a + a·y`: 12 vectors of one multiply and one add an iteration. */
export function maddRoof12(iterations: i32, x: f32): f32 {
  const y = f32x4.splat(x);
  let a = y;
  let b = y;
  let c = y;
  let d = y;
  let e = y;
  let f = y;
  let g = y;
  let h = y;
  let i = y;
  let j = y;
  let k = y;
  let l = y;
  while (iterations-- > 0) {
    a = madd(a, a, y);
    b = madd(b, b, y);
    c = madd(c, c, y);
    d = madd(d, d, y);
    e = madd(e, e, y);
    f = madd(f, f, y);
    g = madd(g, g, y);
    h = madd(h, h, y);
    i = madd(i, i, y);
    j = madd(j, j, y);
    k = madd(k, k, y);
    l = madd(l, l, y);
  }
  let sum = f32x4.add(a, b);
  sum = f32x4.add(sum, c);
  sum = f32x4.add(sum, d);
  sum = f32x4.add(sum, e);
  sum = f32x4.add(sum, f);
  sum = f32x4.add(sum, g);
  sum = f32x4.add(sum, h);
  sum = f32x4.add(sum, i);
  sum = f32x4.add(sum, j);
  sum = f32x4.add(sum, k);
  sum = f32x4.add(sum, l);
  return f32x4.extract_lane(sum, 0);
}

/** 13 accumulators in registers, each `a = a + a·y`: 13 vectors of one multiply and one add an iteration. */
export function maddRoof13(iterations: i32, x: f32): f32 {
  const y = f32x4.splat(x);
  let a = y;
  let b = y;
  let c = y;
  let d = y;
  let e = y;
  let f = y;
  let g = y;
  let h = y;
  let i = y;
  let j = y;
  let k = y;
  let l = y;
  let m = y;
  while (iterations-- > 0) {
    a = madd(a, a, y);
    b = madd(b, b, y);
    c = madd(c, c, y);
    d = madd(d, d, y);
    e = madd(e, e, y);
    f = madd(f, f, y);
    g = madd(g, g, y);
    h = madd(h, h, y);
    i = madd(i, i, y);
    j = madd(j, j, y);
    k = madd(k, k, y);
    l = madd(l, l, y);
    m = madd(m, m, y);
  }
  let sum = f32x4.add(a, b);
  sum = f32x4.add(sum, c);
  sum = f32x4.add(sum, d);
  sum = f32x4.add(sum, e);
  sum = f32x4.add(sum, f);
  sum = f32x4.add(sum, g);
  sum = f32x4.add(sum, h);
  sum = f32x4.add(sum, i);
  sum = f32x4.add(sum, j);
  sum = f32x4.add(sum, k);
  sum = f32x4.add(sum, l);
  sum = f32x4.add(sum, m);
  return f32x4.extract_lane(sum, 0);
}
