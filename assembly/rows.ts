import { laneSum, madd, rowBytes, splat, tailMask, zeros } from './arith';
import { exp } from './exp';

/**
 * The layers around the recurrent ones, on rows `[n]` padded to whole vectors. A row's pad lanes hold
 * anything, NaN included, and never reach a sum.
 */

/** `dst[r] = e^(src[r] - max) / Σ e^(src[r] - max)` over the `n` floats of each row. `dst` may be `src`. */
export function softmax(src: usize, dst: usize, rows: i32, stride: usize, n: i32): void {
  const whole = <usize>(n >> 2) << 4;
  const rest = n & 3;
  const mask = tailMask(n);
  for (let r = 0; r < rows; r++) {
    let top = splat(-Infinity);
    for (let i: usize = 0; i < whole; i += 16) top = f32x4.pmax(top, v128.load(src + i));
    if (rest) top = f32x4.pmax(top, v128.bitselect(v128.load(src + whole), splat(-Infinity), mask));
    const most = splat(
      max(
        max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)),
        max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
      ),
    );
    let sum = zeros();
    for (let i: usize = 0; i < whole; i += 16) {
      const e = exp(f32x4.sub(v128.load(src + i), most));
      v128.store(dst + i, e);
      sum = f32x4.add(sum, e);
    }
    if (rest) {
      const e = exp(f32x4.sub(v128.load(src + whole), most));
      v128.store(dst + whole, e);
      sum = f32x4.add(sum, v128.and(e, mask));
    }
    const total = splat(laneSum(sum));
    const end = dst + <usize>rowBytes(n);
    for (let at = dst; at < end; at += 16) v128.store(at, f32x4.div(v128.load(at), total));
    src += stride;
    dst += stride;
  }
}

/**
 * `(x - mean) / sqrt(variance + epsilon) · gamma + beta` over the `n` floats of each row, the variance by a second
 * pass over the differences (Ba, Kiros & Hinton 2016). `gamma` and `beta`, `n` floats padded to whole vectors,
 * may be 0: then 1 and 0. `dst` may be `src`.
 */
export function layerNorm(
  src: usize, dst: usize, rows: i32, stride: usize, n: i32, gamma: usize, beta: usize, epsilon: f32,
): void {
  const whole = <usize>(n >> 2) << 4;
  const rest = n & 3;
  const mask = tailMask(n);
  const padded = <usize>rowBytes(n);
  for (let r = 0; r < rows; r++) {
    let sum = zeros();
    for (let i: usize = 0; i < whole; i += 16) sum = f32x4.add(sum, v128.load(src + i));
    if (rest) sum = f32x4.add(sum, v128.and(v128.load(src + whole), mask));
    const mean = splat(laneSum(sum) / <f32>n);
    let squares = zeros();
    for (let i: usize = 0; i < whole; i += 16) {
      const d = f32x4.sub(v128.load(src + i), mean);
      squares = f32x4.add(squares, f32x4.mul(d, d));
    }
    if (rest) {
      const d = v128.and(f32x4.sub(v128.load(src + whole), mean), mask);
      squares = f32x4.add(squares, f32x4.mul(d, d));
    }
    const deviation = splat(sqrt<f32>(laneSum(squares) / <f32>n + epsilon));
    for (let i: usize = 0; i < padded; i += 16) {
      let y = f32x4.div(f32x4.sub(v128.load(src + i), mean), deviation);
      if (gamma) y = f32x4.mul(y, v128.load(gamma + i));
      if (beta) y = f32x4.add(y, v128.load(beta + i));
      v128.store(dst + i, y);
    }
    src += stride;
    dst += stride;
  }
}

/** `dst[r] = table[ids[r]]`: int32 ids that the caller has checked, rows of `stride` bytes in both. */
export function embedding(ids: usize, rows: i32, table: usize, stride: usize, dst: usize): void {
  for (let r = 0; r < rows; r++) {
    copyVectors(table + <usize>load<i32>(ids) * stride, dst, stride);
    ids += 4;
    dst += stride;
  }
}

/**
 * `mask[r]` = 1 where any of the row's `n` floats differs from `value` (NaN differs), else 0; `dst[r]` = `src[r]`, or zeros
 * where the mask is 0. `mask` is one byte a row.
 */
export function masking(src: usize, dst: usize, rows: i32, stride: usize, n: i32, value: f32, mask: usize): void {
  const whole = <usize>(n >> 2) << 4;
  const tail = tailMask(n);
  const wanted = splat(value);
  const padded = <usize>rowBytes(n);
  for (let r = 0; r < rows; r++) {
    let differs = zeros();
    for (let i: usize = 0; i < whole; i += 16) differs = v128.or(differs, f32x4.ne(v128.load(src + i), wanted));
    if (n & 3) differs = v128.or(differs, v128.and(f32x4.ne(v128.load(src + whole), wanted), tail));
    const kept = v128.any_true(differs);
    store<u8>(mask + r, kept);
    if (kept) copyVectors(src, dst, padded);
    else fillVectors(dst, padded, zeros());
    src += stride;
    dst += stride;
  }
}

export const enum Binary {
  add,
  multiply,
  mean,
  scan,
}

/** `dst = a + b`, `a·b`, `(a + b)/2`, or a scan's step `a·dst + b`, over `vectors` vectors; `dst` may be `a` or `b`. */
export function binary(op: Binary, a: usize, b: usize, dst: usize, vectors: i32): void {
  const end = dst + (<usize>vectors << 4);
  while (dst < end) {
    const x = v128.load(a);
    const y = v128.load(b);
    let z = f32x4.add(x, y);
    if (op == Binary.multiply) z = f32x4.mul(x, y);
    else if (op == Binary.scan) z = madd(y, x, v128.load(dst));
    else if (op) z = f32x4.mul(z, splat(0.5));
    v128.store(dst, z);
    a += 16;
    b += 16;
    dst += 16;
  }
}

/** Copies exactly `n` floats a row, between blocks of any row strides, at any multiples of 4. */
export function copyRows(src: usize, srcStride: usize, dst: usize, dstStride: usize, rows: i32, n: i32): void {
  for (let r = 0; r < rows; r++) {
    copyFloats(src, dst, n);
    src += srcStride;
    dst += dstStride;
  }
}

/** Exactly `n` floats. */
// @ts-ignore: decorator
@inline
export function copyFloats(src: usize, dst: usize, n: i32): void {
  while (n >= 4) {
    v128.store(dst, v128.load(src));
    src += 16;
    dst += 16;
    n -= 4;
  }
  while (n > 0) {
    store<f32>(dst, load<f32>(src));
    src += 4;
    dst += 4;
    n--;
  }
}

/** `bytes`, a multiple of 16. */
export function copyVectors(src: usize, dst: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(dst + i, v128.load(src + i));
}

/** `bytes`, a multiple of 16. */
export function fillVectors(dst: usize, bytes: usize, value: v128): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(dst + i, value);
}
