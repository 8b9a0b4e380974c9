import { narrow } from './gemv';
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
 * `gemm` of rows by three, then of the last two one by one: strip by strip, and down all rows with each, so that a strip is fetched once. Where k
 * is cut, the sums go on from `c`: still one chain of additions.
 *
 * @param far whether the weights are beyond a second-level cache. While one block of a strip is worked on, the next one is touched then, so
 *   that it has come by the time it is wanted
 */
export function tiles(
  a: usize, aStride: usize, rows: i32,
  w: usize, panelRows: i32, k0: i32, k: i32, vectors: i32,
  init: usize, initStride: usize,
  c: usize, cStride: usize,
  far: bool,
): void {
  const first = w;
  const end = w + (<usize>panelRows * vectors << 4);
  // A round of tile3 is 192 bytes of a strip, which each triple of rows touches its share of. Few rows read as fast as they can anyway.
  const aheadStep: usize = far && rows >= 12 ? 576 / rows : 0;
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
      if (ahead + 192 * rounds > end) ahead = first;
      let ar = row;
      let ir = start;
      let cr = c;
      let r = rows;
      for (; r > 2; r -= 3) {
        if (width == 3) {
          tile3(ar, aStride, bytes, from, ahead, aheadStep, ir, startStride, cr, cStride);
          ahead += rounds * aheadStep;
        } else if (width == 2) tile2(ar, aStride, bytes, from, ir, startStride, cr, cStride);
        else tile1(ar, aStride, bytes, from, ir, startStride, cr, cStride);
        ar += 3 * aStride;
        ir += 3 * startStride;
        cr += 3 * cStride;
      }
      for (; r > 0; r--) {
        narrow(ar, ar + bytes, from, width, ir, cr);
        ar += aStride;
        ir += startStride;
        cr += cStride;
      }
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
