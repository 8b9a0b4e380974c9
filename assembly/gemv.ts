import { madd } from './arith';

/**
 * One row of A times neighbouring strips of a packed matrix, 12, 8, 6, 4, 3, 2 or 1 vectors of columns in all:
 *
 *     c = init + Σ a[j]·W[j]
 *
 * @param a,end the row's float32 numbers, from address to address
 * @param w,last the first strip, `[row][3 vectors]`, and the last where it is one of 2 or 1, at the row that belongs to a[0]
 * @param strip bytes from strip to strip
 *
 * Each lane of c is one chain of additions in the order of j. A weight is read once and used once, so reading is
 * what takes the time. The four strips of `panel12` are four streams side by side: read from the second-level
 * cache they are 10 % faster than a single one, since more lines are under way at a time. Twelve sums, a splat and a
 * product are 14 of the 15 registers that V8 has to give.
 *
 * The four k a round, the conditions and the order are explained at `tile3`.
 */

export function panel12(a: usize, end: usize, w: usize, strip: usize, init: usize, c: usize): void {
  let c0 = v128.load(init, 0);
  let c1 = v128.load(init, 16);
  let c2 = v128.load(init, 32);
  let c3 = v128.load(init, 48);
  let c4 = v128.load(init, 64);
  let c5 = v128.load(init, 80);
  let c6 = v128.load(init, 96);
  let c7 = v128.load(init, 112);
  let c8 = v128.load(init, 128);
  let c9 = v128.load(init, 144);
  let c10 = v128.load(init, 160);
  let c11 = v128.load(init, 176);
  const strip2 = 2 * strip;
  const strip3 = 3 * strip;
  let skip = (a - end) & 15;
  a -= skip;
  w -= 12 * skip;
  while (a < end) {
    if (skip < 4) {
      const x = v128.load32_splat(a);
      c11 = madd(c11, x, v128.load(w + strip3, 32));
      c10 = madd(c10, x, v128.load(w + strip3, 16));
      c9 = madd(c9, x, v128.load(w + strip3));
      c8 = madd(c8, x, v128.load(w + strip2, 32));
      c7 = madd(c7, x, v128.load(w + strip2, 16));
      c6 = madd(c6, x, v128.load(w + strip2));
      c5 = madd(c5, x, v128.load(w + strip, 32));
      c4 = madd(c4, x, v128.load(w + strip, 16));
      c3 = madd(c3, x, v128.load(w + strip));
      c2 = madd(c2, x, v128.load(w, 32));
      c1 = madd(c1, x, v128.load(w, 16));
      c0 = madd(c0, x, v128.load(w));
    }
    if (skip < 8) {
      const x = v128.load32_splat(a, 4);
      c11 = madd(c11, x, v128.load(w + strip3, 80));
      c10 = madd(c10, x, v128.load(w + strip3, 64));
      c9 = madd(c9, x, v128.load(w + strip3, 48));
      c8 = madd(c8, x, v128.load(w + strip2, 80));
      c7 = madd(c7, x, v128.load(w + strip2, 64));
      c6 = madd(c6, x, v128.load(w + strip2, 48));
      c5 = madd(c5, x, v128.load(w + strip, 80));
      c4 = madd(c4, x, v128.load(w + strip, 64));
      c3 = madd(c3, x, v128.load(w + strip, 48));
      c2 = madd(c2, x, v128.load(w, 80));
      c1 = madd(c1, x, v128.load(w, 64));
      c0 = madd(c0, x, v128.load(w, 48));
    }
    if (skip < 12) {
      const x = v128.load32_splat(a, 8);
      c11 = madd(c11, x, v128.load(w + strip3, 128));
      c10 = madd(c10, x, v128.load(w + strip3, 112));
      c9 = madd(c9, x, v128.load(w + strip3, 96));
      c8 = madd(c8, x, v128.load(w + strip2, 128));
      c7 = madd(c7, x, v128.load(w + strip2, 112));
      c6 = madd(c6, x, v128.load(w + strip2, 96));
      c5 = madd(c5, x, v128.load(w + strip, 128));
      c4 = madd(c4, x, v128.load(w + strip, 112));
      c3 = madd(c3, x, v128.load(w + strip, 96));
      c2 = madd(c2, x, v128.load(w, 128));
      c1 = madd(c1, x, v128.load(w, 112));
      c0 = madd(c0, x, v128.load(w, 96));
    }
    skip = 0;
    const x = v128.load32_splat(a, 12);
    c0 = madd(c0, x, v128.load(w, 144));
    c1 = madd(c1, x, v128.load(w, 160));
    c2 = madd(c2, x, v128.load(w, 176));
    c3 = madd(c3, x, v128.load(w + strip, 144));
    c4 = madd(c4, x, v128.load(w + strip, 160));
    c5 = madd(c5, x, v128.load(w + strip, 176));
    c6 = madd(c6, x, v128.load(w + strip2, 144));
    c7 = madd(c7, x, v128.load(w + strip2, 160));
    c8 = madd(c8, x, v128.load(w + strip2, 176));
    c9 = madd(c9, x, v128.load(w + strip3, 144));
    c10 = madd(c10, x, v128.load(w + strip3, 160));
    c11 = madd(c11, x, v128.load(w + strip3, 176));
    a += 16;
    w += 192;
  }
  v128.store(c, c0, 0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
  v128.store(c, c4, 64);
  v128.store(c, c5, 80);
  v128.store(c, c6, 96);
  v128.store(c, c7, 112);
  v128.store(c, c8, 128);
  v128.store(c, c9, 144);
  v128.store(c, c10, 160);
  v128.store(c, c11, 176);
}

export function panel8(a: usize, end: usize, w: usize, strip: usize, last: usize, init: usize, c: usize): void {
  let c0 = v128.load(init, 0);
  let c1 = v128.load(init, 16);
  let c2 = v128.load(init, 32);
  let c3 = v128.load(init, 48);
  let c4 = v128.load(init, 64);
  let c5 = v128.load(init, 80);
  let c6 = v128.load(init, 96);
  let c7 = v128.load(init, 112);
  let skip: usize = (a - end) & 15;
  if (ASC_FEATURE_RELAXED_SIMD) {
    // As in tile3: one k a round.
    skip = 12;
    end -= 12;
  }
  a -= skip;
  w -= 12 * skip;
  last -= 8 * skip;
  while (a < end) {
    if (!ASC_FEATURE_RELAXED_SIMD && skip < 4) {
      const x = v128.load32_splat(a);
      c7 = madd(c7, x, v128.load(last, 16));
      c6 = madd(c6, x, v128.load(last));
      c5 = madd(c5, x, v128.load(w + strip, 32));
      c4 = madd(c4, x, v128.load(w + strip, 16));
      c3 = madd(c3, x, v128.load(w + strip));
      c2 = madd(c2, x, v128.load(w, 32));
      c1 = madd(c1, x, v128.load(w, 16));
      c0 = madd(c0, x, v128.load(w));
    }
    if (!ASC_FEATURE_RELAXED_SIMD && skip < 8) {
      const x = v128.load32_splat(a, 4);
      c7 = madd(c7, x, v128.load(last, 48));
      c6 = madd(c6, x, v128.load(last, 32));
      c5 = madd(c5, x, v128.load(w + strip, 80));
      c4 = madd(c4, x, v128.load(w + strip, 64));
      c3 = madd(c3, x, v128.load(w + strip, 48));
      c2 = madd(c2, x, v128.load(w, 80));
      c1 = madd(c1, x, v128.load(w, 64));
      c0 = madd(c0, x, v128.load(w, 48));
    }
    if (!ASC_FEATURE_RELAXED_SIMD && skip < 12) {
      const x = v128.load32_splat(a, 8);
      c7 = madd(c7, x, v128.load(last, 80));
      c6 = madd(c6, x, v128.load(last, 64));
      c5 = madd(c5, x, v128.load(w + strip, 128));
      c4 = madd(c4, x, v128.load(w + strip, 112));
      c3 = madd(c3, x, v128.load(w + strip, 96));
      c2 = madd(c2, x, v128.load(w, 128));
      c1 = madd(c1, x, v128.load(w, 112));
      c0 = madd(c0, x, v128.load(w, 96));
    }
    skip = 0;
    const x = v128.load32_splat(a, 12);
    c0 = madd(c0, x, v128.load(w, 144));
    c1 = madd(c1, x, v128.load(w, 160));
    c2 = madd(c2, x, v128.load(w, 176));
    c3 = madd(c3, x, v128.load(w + strip, 144));
    c4 = madd(c4, x, v128.load(w + strip, 160));
    c5 = madd(c5, x, v128.load(w + strip, 176));
    c6 = madd(c6, x, v128.load(last, 96));
    c7 = madd(c7, x, v128.load(last, 112));
    a += ASC_FEATURE_RELAXED_SIMD ? 4 : 16;
    w += ASC_FEATURE_RELAXED_SIMD ? 48 : 192;
    last += ASC_FEATURE_RELAXED_SIMD ? 32 : 128;
  }
  v128.store(c, c0, 0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
  v128.store(c, c4, 64);
  v128.store(c, c5, 80);
  v128.store(c, c6, 96);
  v128.store(c, c7, 112);
}

export function panel6(a: usize, end: usize, w: usize, strip: usize, init: usize, c: usize): void {
  let c0 = v128.load(init, 0);
  let c1 = v128.load(init, 16);
  let c2 = v128.load(init, 32);
  let c3 = v128.load(init, 48);
  let c4 = v128.load(init, 64);
  let c5 = v128.load(init, 80);
  while (a < end) {
    const x = v128.load32_splat(a);
    c0 = madd(c0, x, v128.load(w));
    c1 = madd(c1, x, v128.load(w, 16));
    c2 = madd(c2, x, v128.load(w, 32));
    c3 = madd(c3, x, v128.load(w + strip));
    c4 = madd(c4, x, v128.load(w + strip, 16));
    c5 = madd(c5, x, v128.load(w + strip, 32));
    a += 4;
    w += 48;
  }
  v128.store(c, c0, 0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
  v128.store(c, c4, 64);
  v128.store(c, c5, 80);
}

export function panel4(a: usize, end: usize, w: usize, last: usize, init: usize, c: usize): void {
  let c0 = v128.load(init, 0);
  let c1 = v128.load(init, 16);
  let c2 = v128.load(init, 32);
  let c3 = v128.load(init, 48);
  while (a < end) {
    const x = v128.load32_splat(a);
    c0 = madd(c0, x, v128.load(w));
    c1 = madd(c1, x, v128.load(w, 16));
    c2 = madd(c2, x, v128.load(w, 32));
    c3 = madd(c3, x, v128.load(last));
    a += 4;
    w += 48;
    last += 16;
  }
  v128.store(c, c0, 0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
}

export function panel3(a: usize, end: usize, w: usize, init: usize, c: usize): void {
  let c0 = v128.load(init, 0);
  let c1 = v128.load(init, 16);
  let c2 = v128.load(init, 32);
  while (a < end) {
    const x = v128.load32_splat(a);
    c0 = madd(c0, x, v128.load(w));
    c1 = madd(c1, x, v128.load(w, 16));
    c2 = madd(c2, x, v128.load(w, 32));
    a += 4;
    w += 48;
  }
  v128.store(c, c0, 0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
}

export function panel2(a: usize, end: usize, w: usize, init: usize, c: usize): void {
  let c0 = v128.load(init, 0);
  let c1 = v128.load(init, 16);
  while (a < end) {
    const x = v128.load32_splat(a);
    c0 = madd(c0, x, v128.load(w));
    c1 = madd(c1, x, v128.load(w, 16));
    a += 4;
    w += 32;
  }
  v128.store(c, c0, 0);
  v128.store(c, c1, 16);
}

export function panel1(a: usize, end: usize, w: usize, init: usize, c: usize): void {
  let c0 = v128.load(init, 0);
  while (a < end) {
    const x = v128.load32_splat(a);
    c0 = madd(c0, x, v128.load(w));
    a += 4;
    w += 16;
  }
  v128.store(c, c0, 0);
}

/** One strip of `width` vectors, 3, 2 or 1. */
export function narrow(a: usize, end: usize, w: usize, width: i32, init: usize, c: usize): void {
  if (width == 3) panel3(a, end, w, init, c);
  else if (width == 2) panel2(a, end, w, init, c);
  else panel1(a, end, w, init, c);
}
