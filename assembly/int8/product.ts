import { panel1, panel2, panel4, panel6, tile } from './panel';
import { quantise, quantisedBytes } from './quantise';

/** Rows that are quantised at a time: a multiple of three, few enough for the cache. */
const ROWS: i32 = 24;

/** Bytes of `scratch` that `product` needs for sums of `k` terms. */
export function scratchBytes(k: i32): i32 {
  return ROWS * (<i32>quantisedBytes(k) + 4);
}

/**
 *     C[r, :] = init[r, :] + Σ_j A[r, j] · W[j, :]
 *
 * of int8 weights, A rounded to 14 bits row by row (`quantise`).
 *
 * Packed W is blocks of rows j, one after another: of 2048 at most, so that no sum passes beyond int32 (2048 · 128 · 8191 < 2^31), or of fewer where
 * columns have a scale for each. A block is strips of two vectors of columns, the last perhaps one,
 * and behind them for each vector its columns' scales and offsets (`finish`), 32 bytes. Five vectors:
 *
 *     | v0 v1 | j 0 to 3       | v2 v3 | j 0 to 3       | v4 | j 0 to 3       tail: v0 v1 v2 v3 v4
 *     | v0 v1 | j 4 to 7       | v2 v3 | j 4 to 7       | v4 | j 4 to 7
 *
 * A vector's 16 bytes are four columns by four j, zeros where rows are missing: in `relaxed` a column's four j stand together; in
 * `simd` first j and j + 1 of all columns, then j + 2 and j + 3.
 *
 * Integer sums are exact, so a row's result does not depend on its neighbours. Blocks are added in their order.
 *
 * @param a row 0 of A: k float32, at any multiple of 4; row r is `r·aStride` bytes on, and rows may overlap
 * @param least least maximum of a row
 * @param init row 0 of `init`: `vectors` vectors; stride 0 repeats one row (a bias); may be `c`
 * @param scratch `scratchBytes(k)`
 * @param block rows j of a block: a multiple of 4, 2048 at most; the last may be shorter
 */
export function product(
  a: usize, aStride: usize, rows: i32, k: i32, least: f32,
  w: usize, vectors: i32,
  init: usize, initStride: usize,
  c: usize, cStride: usize,
  scratch: usize, block: i32,
): void {
  const qStride = quantisedBytes(k);
  const scales = scratch + <usize>ROWS * qStride;
  for (; rows > 0; rows -= ROWS) {
    const count = min(rows, ROWS);
    for (let r = 0; r < count; r++) {
      store<f32>(scales + (<usize>r << 2), quantise(a, k, least, scratch + <usize>r * qStride));
      a += aStride;
    }
    let from = init;
    let fromStride = initStride;
    let q = scratch;
    let weights = w;
    for (let left = k; left > 0; left -= block) {
      const bytes = quantisedBytes(min(left, block));
      const tail = weights + <usize>vectors * 2 * bytes;
      multiply(q, qStride, bytes, scales, count, weights, tail, vectors, from, fromStride, c, cStride);
      q += bytes;
      weights = tail + (<usize>vectors << 5);
      from = c;
      fromStride = cStride;
    }
    init += <usize>count * initStride;
    c += <usize>count * cStride;
  }
}

/** One block of weights and `rows` quantised rows. */
function multiply(
  q: usize, qStride: usize, bytes: usize, scales: usize, rows: i32,
  w: usize, tail: usize, vectors: i32,
  init: usize, initStride: usize, c: usize, cStride: usize,
): void {
  const triples = rows - rows % 3;
  if (triples) tiles(q, qStride, bytes, scales, triples, w, tail, vectors, init, initStride, c, cStride);
  for (let r = triples; r < rows; r++) {
    const row = q + <usize>r * qStride;
    line(row, row + bytes, w, tail, vectors, load<f32>(scales + (<usize>r << 2)), init + <usize>r * initStride, c + <usize>r * cStride);
  }
}

/** One row, over as many strips at a time as there are registers for their sums. */
function line(q: usize, end: usize, w: usize, tail: usize, vectors: i32, scale: f32, init: usize, c: usize): void {
  const strip = (end - q) << 2;
  for (; vectors >= 6; vectors -= 6) {
    panel6(q, end, w, strip, tail, scale, init, c);
    w += 3 * strip;
    tail += 192;
    init += 96;
    c += 96;
  }
  if (vectors >= 4) {
    panel4(q, end, w, strip, tail, scale, init, c);
    w += 2 * strip;
    tail += 128;
    init += 64;
    c += 64;
    vectors -= 4;
  }
  if (vectors >= 2) {
    panel2(q, end, w, tail, scale, init, c);
    w += strip;
    tail += 64;
    init += 32;
    c += 32;
    vectors -= 2;
  }
  if (vectors) panel1(q, end, w, tail, scale, init, c);
}

/** A multiple of three rows: strip by strip, and down all rows with each. */
function tiles(
  q: usize, qStride: usize, bytes: usize, scales: usize, rows: i32,
  w: usize, tail: usize, vectors: i32,
  init: usize, initStride: usize, c: usize, cStride: usize,
): void {
  for (; vectors >= 2; vectors -= 2) {
    for (let r = 0; r < rows; r += 3) {
      tile(
        q + <usize>r * qStride, qStride, bytes, w, tail, scales + (<usize>r << 2),
        init + <usize>r * initStride, initStride, c + <usize>r * cStride, cStride,
      );
    }
    w += bytes << 2;
    tail += 64;
    init += 32;
    c += 32;
  }
  if (!vectors) return;
  for (let r = 0; r < rows; r++) {
    const row = q + <usize>r * qStride;
    panel1(row, row + bytes, w, tail, load<f32>(scales + (<usize>r << 2)), init + <usize>r * initStride, c + <usize>r * cStride);
  }
}
