import { madd } from './arith';
import { panel1, panel2 } from './gemv';
import { tile1, tile2, tile3 } from './tile';

/**
 * Width, in vectors, of the next panel of a packed matrix when `remaining` vectors of columns remain: strips of three, and
 * what is left.
 */
export function panelVectors(remaining: i32): i32 {
  return remaining < 3 ? remaining : 3;
}

/** k for which a strip of weights, 48 bytes a k, stays in a first-level cache of 32 KB beside rows of A, or two of them side by side. */
export const BLOCK: i32 = 256;

/**
 * `gemm` of `triples`·3 rows and `rest`, 0, 2 or 4 more: strip by strip, and down all rows with each, so that a strip is fetched once. Where k
 * is cut, the sums go on from `c`: still one chain of additions.
 *
 * @param far whether the weights are beyond a second-level cache. While one block of a strip is worked on, the next one is touched then, so
 *   that it has come by the time it is wanted
 */
export function tiles(
  a: usize, aStride: usize, triples: i32, rest: i32,
  w: usize, panelRows: i32, k0: i32, k: i32, vectors: i32,
  init: usize, initStride: usize,
  c: usize, cStride: usize,
  far: bool,
): void {
  const end = w + (<usize>panelRows * vectors << 4);
  while (vectors > 0) {
    const width = panelVectors(vectors);
    const step = <usize>width << 4;
    let from = w + <usize>k0 * step;
    w += <usize>panelRows * step;
    let row = a;
    let start = init;
    let startStride = initStride;
    let left = k;
    do {
      const count = min(left, BLOCK);
      const bytes = <usize>count << 2;
      left -= BLOCK;
      const rounds = <usize>((count + 3) >> 2);
      let ahead = left > 0 ? from + <usize>BLOCK * 48 : w + <usize>k0 * 48;
      let aheadStep: usize = 0;
      // Fewer rows read as fast as they can anyway.
      if (!far || triples < 4 || ahead + 12 * bytes > end) ahead = from;
      else aheadStep = (12 * bytes) / (rounds * <usize>triples);
      let ar = row;
      let ir = start;
      let cr = c;
      for (let t = 0; t < triples; t++) {
        if (width == 3) {
          tile3(ar, aStride, bytes, from, ahead, aheadStep, ir, startStride, cr, cStride);
          ahead += rounds * aheadStep;
        } else if (width == 2) tile2(ar, aStride, bytes, from, ir, startStride, cr, cStride);
        else tile1(ar, aStride, bytes, from, ir, startStride, cr, cStride);
        ar += 3 * aStride;
        ir += 3 * startStride;
        cr += 3 * cStride;
      }
      if (!ASC_FEATURE_RELAXED_SIMD && rest) twos(ar, aStride, rest, bytes, from, width, ir, startStride, cr, cStride);
      row += bytes;
      from += <usize>BLOCK * step;
      start = c;
      startStride = cStride;
    } while (left > 0);
    init += step;
    c += step;
    vectors -= width;
  }
}

/** `rows`, 2 or 4, of A times one strip of `width` vectors. */
function twos(
  a: usize, aStride: usize, rows: i32, bytes: usize, w: usize, width: i32,
  init: usize, initStride: usize, c: usize, cStride: usize,
): void {
  for (; rows > 0; rows -= 2) {
    const a1 = a + aStride;
    const init1 = init + initStride;
    const c1 = c + cStride;
    if (width == 3) pair3(a, aStride, bytes, w, init, initStride, c, cStride);
    else if (width == 2) {
      panel2(a, a + bytes, w, init, c);
      panel2(a1, a1 + bytes, w, init1, c1);
    } else {
      panel1(a, a + bytes, w, init, c);
      panel1(a1, a1 + bytes, w, init1, c1);
    }
    a = a1 + aStride;
    init = init1 + initStride;
    c = c1 + cStride;
  }
}

/** Two rows of A times one strip of three vectors, as `tile3` does with three. */
function pair3(
  a: usize, aStride: usize, bytes: usize, w: usize, init: usize, initStride: usize, c: usize, cStride: usize,
): void {
  let c00 = v128.load(init, 0);
  let c01 = v128.load(init, 16);
  let c02 = v128.load(init, 32);
  init += initStride;
  let c10 = v128.load(init, 0);
  let c11 = v128.load(init, 16);
  let c12 = v128.load(init, 32);
  const end = a + bytes;
  while (a < end) {
    const a0 = v128.load32_splat(a);
    const a1 = v128.load32_splat(a + aStride);
    const w0 = v128.load(w);
    c00 = madd(c00, a0, w0);
    c10 = madd(c10, a1, w0);
    const w1 = v128.load(w, 16);
    c01 = madd(c01, a0, w1);
    c11 = madd(c11, a1, w1);
    const w2 = v128.load(w, 32);
    c02 = madd(c02, a0, w2);
    c12 = madd(c12, a1, w2);
    a += 4;
    w += 48;
  }
  v128.store(c, c00, 0);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  c += cStride;
  v128.store(c, c10, 0);
  v128.store(c, c11, 16);
  v128.store(c, c12, 32);
}

/** `gemm` of a single k, of models with one input: nothing is summed, and there is more to be stored than computed. */
export function outer(
  a: usize, aStride: usize, rows: i32,
  w: usize, panelRows: i32, k0: i32, vectors: i32,
  init: usize, initStride: usize,
  c: usize, cStride: usize,
): void {
  while (vectors > 0) {
    const width = panelVectors(vectors);
    const step = <usize>width << 4;
    const at = w + <usize>k0 * step;
    const w0 = v128.load(at);
    const w1 = v128.load(at + (width > 1 ? 16 : 0));
    const w2 = v128.load(at + step - 16);
    let ar = a;
    let ir = init;
    let cr = c;
    for (let r = rows; r > 0; r--) {
      const x = v128.load32_splat(ar);
      v128.store(cr, madd(v128.load(ir), x, w0));
      if (width > 1) v128.store(cr, madd(v128.load(ir, 16), x, w1), 16);
      if (width > 2) v128.store(cr, madd(v128.load(ir, 32), x, w2), 32);
      ar += aStride;
      ir += initStride;
      cr += cStride;
    }
    w += <usize>panelRows * step;
    init += step;
    c += step;
    vectors -= width;
  }
}
