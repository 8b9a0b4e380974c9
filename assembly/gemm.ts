import { zeros } from './arith';
import { narrow, panel12, panel4, panel6, panel8 } from './gemv';
import { pairs } from './pairs';
import { fillVectors } from './rows';
import { tiles } from './tiles';

/** Vectors of weights, 1 MB, that a second-level cache keeps: of fewer, a row or two more are faster by themselves, reading all again. */
const CACHED: i32 = 1 << 16;

/**
 * The matrix product every layer uses:
 *
 *     C[r, :] = init[r, :] + Σ_{j<k} A[r, j] · W[k0 + j, :]
 *
 * @param a row 0 of A: k float32, at any multiple of 4; row r is `r·aStride` bytes on, and rows may overlap
 * @param w packed W, `panelRows` rows and `vectors`·4 columns, panel after panel (`panelVectors`), each `[row][P][4]`
 * @param init row 0 of `init`: `vectors` vectors; stride 0 repeats one row (a bias); may be `c`; 0 for zeros
 * @param c row 0 of C: `vectors` vectors
 *
 * Each output is one chain of additions that starts from `init` and follows j, whatever the number of rows:
 * the same bits row by row, in a batch, or in two calls that split k.
 */
export function gemm(
  a: usize, aStride: usize, rows: i32,
  w: usize, panelRows: i32, k0: i32, k: i32, vectors: i32,
  init: usize, initStride: usize,
  c: usize, cStride: usize,
): void {
  if (init == 0) {
    for (let r = 0; r < rows; r++) fillVectors(c + <usize>r * cStride, <usize>vectors << 4, zeros());
    init = c;
    initStride = cStride;
  }
  if (ASC_FEATURE_RELAXED_SIMD && rows > 1 && vectors >= 6) {
    const taken = vectors - (vectors % 6);
    pairs(a, aStride, rows, w, panelRows, k0, k, taken, init, initStride, c, cStride);
    w += <usize>panelRows * (<usize>taken << 4);
    init += <usize>taken << 4;
    c += <usize>taken << 4;
    vectors -= taken;
  }
  const far = !ASC_FEATURE_RELAXED_SIMD && k * vectors > CACHED;
  const rest = rows % 3;
  const done = far && rest == 2 ? rows : rows - rest;
  if (done) {
    tiles(a, aStride, done, w, panelRows, k0, k, vectors, init, initStride, c, cStride, far);
    a += done * aStride;
    init += done * initStride;
    c += done * cStride;
    rows -= done;
  }
  for (; rows > 0; rows--) {
    gemv(a, w, panelRows, k0, k, vectors, init, c);
    a += aStride;
    init += initStride;
    c += cStride;
  }
}

/**
 * `gemm` of one row. The packed matrix is a row of strips, each three vectors of columns wide, the last perhaps two or one, and each
 * `panelRows` rows long. Eleven vectors, for one:
 *
 *     w              w + strip        w + 2·strip      w + 3·strip
 *     | v0 v1  v2 |  | v3 v4  v5 |    | v6 v7  v8 |    | v9 v10 |     row 0
 *     | v0 v1  v2 |  | v3 v4  v5 |    | v6 v7  v8 |    | v9 v10 |     row 1
 *       48 bytes a row                                   32 bytes a row
 *
 * A row of A is one number at a time, against as many strips side by side as there are registers for their sums: four (12
 * vectors) at a time, and of what is left, as in the table below, at most two calls. So the whole width is read as up to
 * four streams, each in order.
 *
 *     left   1    2    3    4     5      6     7       8       9      10       11
 *     strips 1    2    3    3 1   3 2    3 3   3 3 1   3 3 2   3 3 3  3 3 3 1  3 3 3 2
 *     calls  1    2    3    4     3,2    6     3,4     8       6,3    6,4      3,8
 *
 * The sums begin at row k0, which is `k0·48` bytes into a full strip but only `k0·32` or `k0·16` into the last: hence what is
 * subtracted where a narrow one is reached.
 */
function gemv(a: usize, w: usize, panelRows: i32, k0: i32, k: i32, vectors: i32, init: usize, c: usize): void {
  const end = a + (<usize>k << 2);
  const strip = <usize>panelRows * 48;
  const row = <usize>k0 << 4;
  w += 3 * row;
  for (; vectors >= 12; vectors -= 12) {
    panel12(a, end, w, strip, init, c);
    w += 4 * strip;
    init += 192;
    c += 192;
  }
  // An LSTM leaves 8, 4 or none.
  if (vectors == 10 || vectors == 9 || vectors == 6) {
    panel6(a, end, w, strip, init, c);
    w += 2 * strip;
    init += 96;
    c += 96;
    vectors -= 6;
  } else if (vectors == 11 || vectors == 7 || vectors == 5) {
    narrow(a, end, w, 3, init, c);
    w += strip;
    init += 48;
    c += 48;
    vectors -= 3;
  }
  if (vectors == 8) panel8(a, end, w, strip, w + 2 * strip - row, init, c);
  else if (vectors == 4) panel4(a, end, w, w + strip - 2 * row, init, c);
  else if (vectors > 0) narrow(a, end, w - <usize>(3 - vectors) * row, vectors, init, c);
}
