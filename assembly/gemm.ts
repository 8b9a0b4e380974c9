import { ZEROS } from './constants';
import { panel1, panel12, panel2, panel4, panel8 } from './gemv';

/** Width, in vectors, of the next panel of a packed matrix when `remaining` vectors of columns remain. */
export function panelVectors(remaining: i32): i32 {
  if (remaining >= 12 && remaining != 16) return 12;
  if (remaining >= 8) return 8;
  if (remaining >= 4) return 4;
  return remaining >= 2 ? 2 : 1;
}

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
  let advance: usize = 1;
  if (init == 0) {
    init = ZEROS;
    initStride = 0;
    advance = 0;
  }
  const aBytes = <usize>k << 2;
  while (vectors > 0) {
    const panel = panelVectors(vectors);
    const bytes = <usize>panel << 4;
    const first = w + <usize>k0 * bytes;
    let ar = a;
    let ir = init;
    let cr = c;
    for (let r = 0; r < rows; r++) {
      const end = ar + aBytes;
      if (panel == 12) panel12(ar, end, first, ir, cr);
      else if (panel == 8) panel8(ar, end, first, ir, cr);
      else if (panel == 4) panel4(ar, end, first, ir, cr);
      else if (panel == 2) panel2(ar, end, first, ir, cr);
      else panel1(ar, end, first, ir, cr);
      ar += aStride;
      ir += initStride;
      cr += cStride;
    }
    w += <usize>panelRows * bytes;
    init += bytes * advance;
    c += bytes;
    vectors -= panel;
  }
}
