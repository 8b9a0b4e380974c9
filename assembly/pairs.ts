import { madd } from './arith';
import { tile3 } from './tile';
import { BLOCK } from './tiles';

/**
 * `gemm` of two rows or more, of `vectors` that are whole pairs of strips, for processors that multiply and add in one: as `tiles`, but
 * two rows and two strips at a time. That loads less for each product than three rows of one strip, and has three sums more under way. Of an
 * odd number of rows, `tile3` takes three.
 *
 * While one block of two strips is worked on, the next one is touched, a little with each pair of rows, so that weights from a third-level
 * cache have come by the time they are wanted.
 */
export function pairs(
  a: usize, aStride: usize, rows: i32,
  w: usize, panelRows: i32, k0: i32, k: i32, vectors: i32,
  init: usize, initStride: usize,
  c: usize, cStride: usize,
): void {
  const strip = <usize>panelRows * 48;
  const first = w + <usize>k0 * 48;
  let next = first;
  for (; vectors > 0; vectors -= 6) {
    let from = next;
    // Behind the last strips, the first ones: the next product with these weights begins there.
    next = vectors > 6 ? next + 2 * strip : first;
    let row = a;
    let start = init;
    let startStride = initStride;
    let left = k;
    do {
      const count = min(left, BLOCK);
      left -= BLOCK;
      const ahead = left > 0 ? from + <usize>BLOCK * 48 : next;
      block(row, aStride, rows, count, from, strip, ahead, min(left > 0 ? left : k, BLOCK), start, startStride, c, cStride);
      row += <usize>BLOCK << 2;
      from += <usize>BLOCK * 48;
      start = c;
      startStride = cStride;
    } while (left > 0);
    init += 96;
    c += 96;
  }
}

/** All rows times `count` k of two strips, touching `aheadCount` k of the two at `ahead`. */
function block(
  a: usize, aStride: usize, rows: i32, count: i32, w: usize, strip: usize, ahead: usize, aheadCount: i32,
  init: usize, initStride: usize, c: usize, cStride: usize,
): void {
  const bytes = <usize>count << 2;
  if (rows & 1) {
    tile3(a, aStride, bytes, w, 0, 0, init, initStride, c, cStride);
    tile3(a, aStride, bytes, w + strip, 0, 0, init + 48, initStride, c + 48, cStride);
    a += 3 * aStride;
    init += 3 * initStride;
    c += 3 * cStride;
    rows -= 3;
  }
  // Each pair of rows touches one of the two strips ahead, in turn.
  const touches = ((rows + 2) >> 2) * count;
  const aheadStep = touches ? <usize>((48 * aheadCount) / touches) : 0;
  let other: usize = 0;
  for (; rows > 0; rows -= 2) {
    pair6(a, aStride, bytes, w, strip, ahead + other, aheadStep, init, initStride, c, cStride);
    if (other) ahead += <usize>count * aheadStep;
    other = strip - other;
    a += 2 * aStride;
    init += 2 * initStride;
    c += 2 * cStride;
  }
}

/**
 * Two rows times two strips. Twelve sums, two numbers of A and a weight are the 15 registers that V8 has to give: with a product besides, as
 * the baseline build has, sums would go to the stack.
 *
 * @param ahead,aheadStep what is touched with each k: WebAssembly has no prefetch, but engines keep a load whose result nobody takes, since
 *   it might trap
 */
function pair6(
  a: usize, aStride: usize, bytes: usize, w: usize, strip: usize, ahead: usize, aheadStep: usize,
  init: usize, initStride: usize, c: usize, cStride: usize,
): void {
  let c00 = v128.load(init, 0);
  let c01 = v128.load(init, 16);
  let c02 = v128.load(init, 32);
  let c03 = v128.load(init, 48);
  let c04 = v128.load(init, 64);
  let c05 = v128.load(init, 80);
  init += initStride;
  let c10 = v128.load(init, 0);
  let c11 = v128.load(init, 16);
  let c12 = v128.load(init, 32);
  let c13 = v128.load(init, 48);
  let c14 = v128.load(init, 64);
  let c15 = v128.load(init, 80);
  const end = a + bytes;
  while (a < end) {
    load<u8>(ahead);
    ahead += aheadStep;
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
    const w3 = v128.load(w + strip);
    c03 = madd(c03, a0, w3);
    c13 = madd(c13, a1, w3);
    const w4 = v128.load(w + strip, 16);
    c04 = madd(c04, a0, w4);
    c14 = madd(c14, a1, w4);
    const w5 = v128.load(w + strip, 32);
    c05 = madd(c05, a0, w5);
    c15 = madd(c15, a1, w5);
    a += 4;
    w += 48;
  }
  v128.store(c, c00, 0);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  v128.store(c, c04, 64);
  v128.store(c, c05, 80);
  c += cStride;
  v128.store(c, c10, 0);
  v128.store(c, c11, 16);
  v128.store(c, c12, 32);
  v128.store(c, c13, 48);
  v128.store(c, c14, 64);
  v128.store(c, c15, 80);
}
