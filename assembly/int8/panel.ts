import { finish } from './finish';

/**
 * One row against neighbouring strips of packed weights, 6, 4, 2 or 1 vectors of columns in all: `c = init + scale · Σ a[j]·W[j]`.
 *
 * A strip is two vectors of columns wide (`product.ts` draws them), and four j at a time are 16 bytes a vector. Where a vector has
 * two sums, `a` is that of the upper seven bits and `b` that of the lower: the relaxed dot product takes five cycles, two a
 * cycle, so it needs ten sums at least to be kept busy. Twelve, the two halves of a row and a weight are the 15 registers that V8 has
 * to give. For the loop's form see `assembly/gemv.ts`.
 *
 * @param q,end the row, from address to address
 * @param w,strip the first strip, and bytes from strip to strip
 * @param tail what `finish` takes, 32 bytes a vector
 */

// @ts-ignore: decorator
@inline
function dot(w: v128, x: v128, sum: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, x, sum);
}

/** Both halves of a vector's four j, in the baseline build: `sum + w[0, 1]·x + w[2, 3]·y`. */
// @ts-ignore: decorator
@inline
function pairs(first: v128, second: v128, x: v128, y: v128, sum: v128): v128 {
  return i32x4.add(i32x4.add(sum, i32x4.dot_i16x8_s(first, x)), i32x4.dot_i16x8_s(second, y));
}

export function panel6(q: usize, end: usize, w: usize, strip: usize, tail: usize, scale: f32, init: usize, c: usize): void {
  let a0 = i32x4.splat(0);
  let b0 = i32x4.splat(0);
  let a1 = i32x4.splat(0);
  let b1 = i32x4.splat(0);
  let a2 = i32x4.splat(0);
  let b2 = i32x4.splat(0);
  let a3 = i32x4.splat(0);
  let b3 = i32x4.splat(0);
  let a4 = i32x4.splat(0);
  let b4 = i32x4.splat(0);
  let a5 = i32x4.splat(0);
  let b5 = i32x4.splat(0);
  const strip2 = strip << 1;
  while (q < end) {
    const x = v128.load32_splat(q);
    const y = v128.load32_splat(q, 4);
    if (ASC_FEATURE_RELAXED_SIMD) {
      const w0 = v128.load(w);
      a0 = dot(w0, x, a0);
      b0 = dot(w0, y, b0);
      const w1 = v128.load(w, 16);
      a1 = dot(w1, x, a1);
      b1 = dot(w1, y, b1);
      const w2 = v128.load(w + strip);
      a2 = dot(w2, x, a2);
      b2 = dot(w2, y, b2);
      const w3 = v128.load(w + strip, 16);
      a3 = dot(w3, x, a3);
      b3 = dot(w3, y, b3);
      const w4 = v128.load(w + strip2);
      a4 = dot(w4, x, a4);
      b4 = dot(w4, y, b4);
      const w5 = v128.load(w + strip2, 16);
      a5 = dot(w5, x, a5);
      b5 = dot(w5, y, b5);
    } else {
      a0 = pairs(v128.load8x8_s(w), v128.load8x8_s(w, 8), x, y, a0);
      a1 = pairs(v128.load8x8_s(w, 16), v128.load8x8_s(w, 24), x, y, a1);
      a2 = pairs(v128.load8x8_s(w + strip), v128.load8x8_s(w + strip, 8), x, y, a2);
      a3 = pairs(v128.load8x8_s(w + strip, 16), v128.load8x8_s(w + strip, 24), x, y, a3);
      a4 = pairs(v128.load8x8_s(w + strip2), v128.load8x8_s(w + strip2, 8), x, y, a4);
      a5 = pairs(v128.load8x8_s(w + strip2, 16), v128.load8x8_s(w + strip2, 24), x, y, a5);
    }
    q += 8;
    w += 32;
  }
  finish(a0, b0, tail, scale, init, c);
  finish(a1, b1, tail + 32, scale, init + 16, c + 16);
  finish(a2, b2, tail + 64, scale, init + 32, c + 32);
  finish(a3, b3, tail + 96, scale, init + 48, c + 48);
  finish(a4, b4, tail + 128, scale, init + 64, c + 64);
  finish(a5, b5, tail + 160, scale, init + 80, c + 80);
}

export function panel4(q: usize, end: usize, w: usize, strip: usize, tail: usize, scale: f32, init: usize, c: usize): void {
  let a0 = i32x4.splat(0);
  let b0 = i32x4.splat(0);
  let a1 = i32x4.splat(0);
  let b1 = i32x4.splat(0);
  let a2 = i32x4.splat(0);
  let b2 = i32x4.splat(0);
  let a3 = i32x4.splat(0);
  let b3 = i32x4.splat(0);
  while (q < end) {
    const x = v128.load32_splat(q);
    const y = v128.load32_splat(q, 4);
    if (ASC_FEATURE_RELAXED_SIMD) {
      const w0 = v128.load(w);
      a0 = dot(w0, x, a0);
      b0 = dot(w0, y, b0);
      const w1 = v128.load(w, 16);
      a1 = dot(w1, x, a1);
      b1 = dot(w1, y, b1);
      const w2 = v128.load(w + strip);
      a2 = dot(w2, x, a2);
      b2 = dot(w2, y, b2);
      const w3 = v128.load(w + strip, 16);
      a3 = dot(w3, x, a3);
      b3 = dot(w3, y, b3);
    } else {
      a0 = pairs(v128.load8x8_s(w), v128.load8x8_s(w, 8), x, y, a0);
      a1 = pairs(v128.load8x8_s(w, 16), v128.load8x8_s(w, 24), x, y, a1);
      a2 = pairs(v128.load8x8_s(w + strip), v128.load8x8_s(w + strip, 8), x, y, a2);
      a3 = pairs(v128.load8x8_s(w + strip, 16), v128.load8x8_s(w + strip, 24), x, y, a3);
    }
    q += 8;
    w += 32;
  }
  finish(a0, b0, tail, scale, init, c);
  finish(a1, b1, tail + 32, scale, init + 16, c + 16);
  finish(a2, b2, tail + 64, scale, init + 32, c + 32);
  finish(a3, b3, tail + 96, scale, init + 48, c + 48);
}

export function panel2(q: usize, end: usize, w: usize, tail: usize, scale: f32, init: usize, c: usize): void {
  let a0 = i32x4.splat(0);
  let b0 = i32x4.splat(0);
  let a1 = i32x4.splat(0);
  let b1 = i32x4.splat(0);
  while (q < end) {
    const x = v128.load32_splat(q);
    const y = v128.load32_splat(q, 4);
    if (ASC_FEATURE_RELAXED_SIMD) {
      const w0 = v128.load(w);
      a0 = dot(w0, x, a0);
      b0 = dot(w0, y, b0);
      const w1 = v128.load(w, 16);
      a1 = dot(w1, x, a1);
      b1 = dot(w1, y, b1);
    } else {
      a0 = pairs(v128.load8x8_s(w), v128.load8x8_s(w, 8), x, y, a0);
      a1 = pairs(v128.load8x8_s(w, 16), v128.load8x8_s(w, 24), x, y, a1);
    }
    q += 8;
    w += 32;
  }
  finish(a0, b0, tail, scale, init, c);
  finish(a1, b1, tail + 32, scale, init + 16, c + 16);
}

/** A last strip of one vector, 16 bytes for four j. */
export function panel1(q: usize, end: usize, w: usize, tail: usize, scale: f32, init: usize, c: usize): void {
  let a0 = i32x4.splat(0);
  let b0 = i32x4.splat(0);
  while (q < end) {
    const x = v128.load32_splat(q);
    const y = v128.load32_splat(q, 4);
    if (ASC_FEATURE_RELAXED_SIMD) {
      const w0 = v128.load(w);
      a0 = dot(w0, x, a0);
      b0 = dot(w0, y, b0);
    } else {
      a0 = pairs(v128.load8x8_s(w), v128.load8x8_s(w, 8), x, y, a0);
    }
    q += 8;
    w += 16;
  }
  finish(a0, b0, tail, scale, init, c);
}

/**
 * Three rows against one strip of two vectors.
 *
 * @param q,qStride row 0, and bytes from row to row
 * @param bytes of each row
 * @param scales the rows' scales, float32
 */
export function tile(
  q: usize, qStride: usize, bytes: usize, w: usize, tail: usize, scales: usize,
  init: usize, initStride: usize, c: usize, cStride: usize,
): void {
  let a00 = i32x4.splat(0);
  let b00 = i32x4.splat(0);
  let a01 = i32x4.splat(0);
  let b01 = i32x4.splat(0);
  let a10 = i32x4.splat(0);
  let b10 = i32x4.splat(0);
  let a11 = i32x4.splat(0);
  let b11 = i32x4.splat(0);
  let a20 = i32x4.splat(0);
  let b20 = i32x4.splat(0);
  let a21 = i32x4.splat(0);
  let b21 = i32x4.splat(0);
  const end = q + bytes;
  const qStride2 = qStride << 1;
  while (q < end) {
    if (ASC_FEATURE_RELAXED_SIMD) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      const x0 = v128.load32_splat(q);
      a00 = dot(w0, x0, a00);
      a01 = dot(w1, x0, a01);
      const y0 = v128.load32_splat(q, 4);
      b00 = dot(w0, y0, b00);
      b01 = dot(w1, y0, b01);
      const x1 = v128.load32_splat(q + qStride);
      a10 = dot(w0, x1, a10);
      a11 = dot(w1, x1, a11);
      const y1 = v128.load32_splat(q + qStride, 4);
      b10 = dot(w0, y1, b10);
      b11 = dot(w1, y1, b11);
      const x2 = v128.load32_splat(q + qStride2);
      a20 = dot(w0, x2, a20);
      a21 = dot(w1, x2, a21);
      const y2 = v128.load32_splat(q + qStride2, 4);
      b20 = dot(w0, y2, b20);
      b21 = dot(w1, y2, b21);
    } else {
      const w0 = v128.load8x8_s(w);
      const v0 = v128.load8x8_s(w, 8);
      const w1 = v128.load8x8_s(w, 16);
      const v1 = v128.load8x8_s(w, 24);
      const x0 = v128.load32_splat(q);
      const y0 = v128.load32_splat(q, 4);
      a00 = pairs(w0, v0, x0, y0, a00);
      a01 = pairs(w1, v1, x0, y0, a01);
      const x1 = v128.load32_splat(q + qStride);
      const y1 = v128.load32_splat(q + qStride, 4);
      a10 = pairs(w0, v0, x1, y1, a10);
      a11 = pairs(w1, v1, x1, y1, a11);
      const x2 = v128.load32_splat(q + qStride2);
      const y2 = v128.load32_splat(q + qStride2, 4);
      a20 = pairs(w0, v0, x2, y2, a20);
      a21 = pairs(w1, v1, x2, y2, a21);
    }
    q += 8;
    w += 32;
  }
  let scale = load<f32>(scales);
  finish(a00, b00, tail, scale, init, c);
  finish(a01, b01, tail + 32, scale, init + 16, c + 16);
  init += initStride;
  c += cStride;
  scale = load<f32>(scales, 4);
  finish(a10, b10, tail, scale, init, c);
  finish(a11, b11, tail + 32, scale, init + 16, c + 16);
  init += initStride;
  c += cStride;
  scale = load<f32>(scales, 8);
  finish(a20, b20, tail, scale, init, c);
  finish(a21, b21, tail + 32, scale, init + 16, c + 16);
}
