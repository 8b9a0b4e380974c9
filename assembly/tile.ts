import { madd } from './arith';

/**
 * Three rows of A times one strip of three, two or one vectors of columns: each weight loaded serves three rows, each number of
 * A the columns, and the sums stay in registers.
 *
 *     c[r][0..2] = init[r][0..2] + Σ a[r][j]·w[j][0..2]     r = 0, 1, 2;  j < bytes/4
 *
 * One strip (`gemm.ts` draws them) and what a call makes of it:
 *
 *          strip: j down, 48 bytes each            C, three rows
 *     a →  w[0] | 0 1 2 |                          c00 c01 c02
 *     a →  w[1] | 0 1 2 |         gives            c10 c11 c12
 *     a →  w[2] | 0 1 2 | …                        c20 c21 c22
 *
 * `tile3` takes four k a round. Their number need not be a multiple of four, so the first round takes the 1, 2 or 3 that are
 * over: `skip` is the number of bytes of A that are missing to a full round, 0, 4, 8 or 12. a and w start that much (12 times that
 * much) before their first number, the first round leaves out the `skip / 4` steps that would read there, and after it `skip` is 0:
 *
 *     k = 6, skip = 8:   round 1   –  –  0  1        round 2   2  3  4  5
 *
 * It has the work, so it is written for the machine: a Zen 4, to take one, multiplies twice, adds twice and does
 * six things of any kind a cycle. Nine vectors a k are 18 of these and 6 loads in 4.5 cycles, which leaves three for
 * addresses and the loop. Hence the four k. Their order is for V8's TurboFan (Node 20), which
 *
 * - within a block puts all loads first and spills sums to the stack, unless the sums become the variables of a block that
 *   can be entered in two ways: so the first three of the four k are each under a condition, on `skip`, which
 *   holds in all rounds but the first;
 * - orders a block's operations against those variables, and the last block's along them: hence the descending ones.
 *
 * The loop is tested at its top; tested at its bottom, sums would leave it by two ways and all the above is lost.
 * Newer V8 takes the operations as they stand, which suits it too.
 *
 * @param ahead,aheadStep what is touched once a round; `pairs.ts` says why. (`simd` only: `relaxed` has no such loops for many rows)
 */
export function tile3(
  a: usize, aStride: usize, bytes: usize, w: usize, ahead: usize, aheadStep: usize,
  init: usize, initStride: usize, c: usize, cStride: usize,
): void {
  let c00 = v128.load(init, 0);
  let c01 = v128.load(init, 16);
  let c02 = v128.load(init, 32);
  init += initStride;
  let c10 = v128.load(init, 0);
  let c11 = v128.load(init, 16);
  let c12 = v128.load(init, 32);
  init += initStride;
  let c20 = v128.load(init, 0);
  let c21 = v128.load(init, 16);
  let c22 = v128.load(init, 32);
  let end = a + bytes;
  let skip: usize = (0 - bytes) & 15;
  if (ASC_FEATURE_RELAXED_SIMD) {
    // Newer V8 needs none of this: one k a round, the one at 12.
    skip = 12;
    end -= 12;
  }
  a -= skip;
  w -= 12 * skip;
  while (a < end) {
    if (!ASC_FEATURE_RELAXED_SIMD && skip < 4) {
      const a2 = v128.load32_splat(a + 2 * aStride);
      const w2 = v128.load(w, 32);
      c22 = madd(c22, a2, w2);
      const a1 = v128.load32_splat(a + aStride);
      c12 = madd(c12, a1, w2);
      const a0 = v128.load32_splat(a);
      c02 = madd(c02, a0, w2);
      const w1 = v128.load(w, 16);
      c21 = madd(c21, a2, w1);
      c11 = madd(c11, a1, w1);
      c01 = madd(c01, a0, w1);
      const w0 = v128.load(w);
      c20 = madd(c20, a2, w0);
      c10 = madd(c10, a1, w0);
      c00 = madd(c00, a0, w0);
    }
    if (!ASC_FEATURE_RELAXED_SIMD && skip < 8) {
      const a2 = v128.load32_splat(a + 2 * aStride, 4);
      const w2 = v128.load(w, 80);
      c22 = madd(c22, a2, w2);
      const a1 = v128.load32_splat(a + aStride, 4);
      c12 = madd(c12, a1, w2);
      const a0 = v128.load32_splat(a, 4);
      c02 = madd(c02, a0, w2);
      const w1 = v128.load(w, 64);
      c21 = madd(c21, a2, w1);
      c11 = madd(c11, a1, w1);
      c01 = madd(c01, a0, w1);
      const w0 = v128.load(w, 48);
      c20 = madd(c20, a2, w0);
      c10 = madd(c10, a1, w0);
      c00 = madd(c00, a0, w0);
    }
    if (!ASC_FEATURE_RELAXED_SIMD && skip < 12) {
      const a2 = v128.load32_splat(a + 2 * aStride, 8);
      const w2 = v128.load(w, 128);
      c22 = madd(c22, a2, w2);
      const a1 = v128.load32_splat(a + aStride, 8);
      c12 = madd(c12, a1, w2);
      const a0 = v128.load32_splat(a, 8);
      c02 = madd(c02, a0, w2);
      const w1 = v128.load(w, 112);
      c21 = madd(c21, a2, w1);
      c11 = madd(c11, a1, w1);
      c01 = madd(c01, a0, w1);
      const w0 = v128.load(w, 96);
      c20 = madd(c20, a2, w0);
      c10 = madd(c10, a1, w0);
      c00 = madd(c00, a0, w0);
    }
    skip = 0;
    if (!ASC_FEATURE_RELAXED_SIMD) {
      load<u8>(ahead);
      ahead += aheadStep;
    }
    const a0 = v128.load32_splat(a, 12);
    const w0 = v128.load(w, 144);
    c00 = madd(c00, a0, w0);
    const a1 = v128.load32_splat(a + aStride, 12);
    c10 = madd(c10, a1, w0);
    const a2 = v128.load32_splat(a + 2 * aStride, 12);
    c20 = madd(c20, a2, w0);
    const w1 = v128.load(w, 160);
    c01 = madd(c01, a0, w1);
    c11 = madd(c11, a1, w1);
    c21 = madd(c21, a2, w1);
    const w2 = v128.load(w, 176);
    c02 = madd(c02, a0, w2);
    c12 = madd(c12, a1, w2);
    c22 = madd(c22, a2, w2);
    a += ASC_FEATURE_RELAXED_SIMD ? 4 : 16;
    w += ASC_FEATURE_RELAXED_SIMD ? 48 : 192;
  }
  v128.store(c, c00, 0);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  c += cStride;
  v128.store(c, c10, 0);
  v128.store(c, c11, 16);
  v128.store(c, c12, 32);
  c += cStride;
  v128.store(c, c20, 0);
  v128.store(c, c21, 16);
  v128.store(c, c22, 32);
}

/** A strip of two vectors. */
export function tile2(
  a: usize, aStride: usize, bytes: usize, w: usize, init: usize, initStride: usize, c: usize, cStride: usize,
): void {
  let c00 = v128.load(init, 0);
  let c01 = v128.load(init, 16);
  init += initStride;
  let c10 = v128.load(init, 0);
  let c11 = v128.load(init, 16);
  init += initStride;
  let c20 = v128.load(init, 0);
  let c21 = v128.load(init, 16);
  const end = a + bytes;
  while (a < end) {
    const w0 = v128.load(w, 0);
    const w1 = v128.load(w, 16);
    const a0 = v128.load32_splat(a);
    c00 = madd(c00, a0, w0);
    c01 = madd(c01, a0, w1);
    const a1 = v128.load32_splat(a + aStride);
    c10 = madd(c10, a1, w0);
    c11 = madd(c11, a1, w1);
    const a2 = v128.load32_splat(a + 2 * aStride);
    c20 = madd(c20, a2, w0);
    c21 = madd(c21, a2, w1);
    a += 4;
    w += 32;
  }
  v128.store(c, c00, 0);
  v128.store(c, c01, 16);
  c += cStride;
  v128.store(c, c10, 0);
  v128.store(c, c11, 16);
  c += cStride;
  v128.store(c, c20, 0);
  v128.store(c, c21, 16);
}

/** A strip of one vector. */
export function tile1(
  a: usize, aStride: usize, bytes: usize, w: usize, init: usize, initStride: usize, c: usize, cStride: usize,
): void {
  let c0 = v128.load(init);
  let c1 = v128.load(init + initStride);
  let c2 = v128.load(init + 2 * initStride);
  const end = a + bytes;
  while (a < end) {
    const w0 = v128.load(w);
    c0 = madd(c0, v128.load32_splat(a), w0);
    c1 = madd(c1, v128.load32_splat(a + aStride), w0);
    c2 = madd(c2, v128.load32_splat(a + 2 * aStride), w0);
    a += 4;
    w += 16;
  }
  v128.store(c, c0);
  v128.store(c + cStride, c1);
  v128.store(c + 2 * cStride, c2);
}
