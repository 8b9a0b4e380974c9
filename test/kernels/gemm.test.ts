import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { largestDifference } from '../support/bits.js';
import { Bed, type Build, builds, buildsWith, pack, uniform } from './bed.js';

interface Case {
  rows: number;
  k: number;
  vectors: number;
  /** Rows of W before and after the k that are used. */
  before?: number;
  after?: number;
  /** Floats from row to row of A; fewer than k makes the rows overlap. */
  aStride?: number;
  init?: 'none' | 'bias' | 'rows' | 'c';
  /** Floats between rows of C beyond the row. */
  gap?: number;
  seed?: number;
}

/** Runs one product in a fresh bed; gives C's rows, and the same by the float64 definition. */
function product(build: Build, one: Case): { got: Float32Array; wanted: Float64Array } {
  const { rows, k, vectors, before = 0, after = 0, init = 'bias', gap = 0, seed = 1 } = one;
  const aStride = one.aStride ?? k;
  const columns = vectors * 4;
  const panelRows = before + k + after;
  const matrix = uniform(panelRows * columns, seed);
  const bed = new Bed(build);
  const a = bed.of(uniform(Math.max(0, (rows - 1) * aStride + k), seed + 1), 4);
  const w = bed.of(pack(build.kernels, matrix, panelRows, columns));
  const cStride = columns + gap;
  const c = bed.block((rows - 1) * cStride + columns, { writable: gap === 0 });
  // Between the rows of C nothing may change: only the rows themselves are writable.
  const cRows = Array.from({ length: rows }, (_, r) => c.f32.subarray(r * cStride, r * cStride + columns));
  const start = uniform(init === 'bias' ? columns : rows * columns, seed + 2);
  const startAt = (r: number, j: number): number =>
    init === 'none' ? 0 : (start[(init === 'bias' ? 0 : r * columns) + j] as number);
  let initAt = 0;
  let initStride = 0;
  if (init === 'c') {
    cRows.forEach((row, r) => {
      row.set(start.subarray(r * columns, (r + 1) * columns));
    });
    initAt = c.at;
    initStride = cStride * 4;
  } else if (init !== 'none') {
    initAt = bed.of(start).at;
    initStride = init === 'rows' ? columns * 4 : 0;
  }
  const gaps = c.i32.filter((_, i) => i % cStride >= columns);
  const call = (): void =>
    build.kernels.gemm(
      a.at,
      aStride * 4,
      rows,
      w.at,
      panelRows,
      before,
      k,
      vectors,
      initAt,
      initStride,
      c.at,
      cStride * 4,
    );
  if (gap === 0) bed.run(call);
  else call();
  expect(c.i32.filter((_, i) => i % cStride >= columns)).toEqual(gaps);
  const wanted = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < columns; j++) {
      let sum = startAt(r, j);
      for (let i = 0; i < k; i++) {
        sum += (a.f32[r * aStride + i] as number) * (matrix[(before + i) * columns + j] as number);
      }
      wanted[r * columns + j] = sum;
    }
  }
  const got = new Float32Array(rows * columns);
  cRows.forEach((row, r) => {
    got.set(row, r * columns);
  });
  return { got, wanted };
}

/** Sums of k products of numbers below 1: k roundings of partial sums below about 2·sqrt(k). */
const tolerance = (k: number): number => 6e-8 * (k + 1) * 2 * Math.sqrt(k + 1);

for (const build of builds) {
  describe(`gemm (${build.name})`, () => {
    test('the panel widths that packer and kernel walk cover any matrix', () => {
      for (let vectors = 1; vectors <= 200; vectors++) {
        let left = vectors;
        while (left > 0) {
          const panel = build.kernels.panelVectors(left);
          expect([1, 2, 3]).toContain(panel);
          left -= panel;
        }
        expect(left).toBe(0);
      }
    });

    // Sizes equal to, multiples of, less and greater than every tile: rows by 1-9, columns through every panel.
    test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13])('%i rows, every width', (rows) => {
      for (const vectors of [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 20, 23, 24, 28, 36, 40]) {
        for (const k of [0, 1, 2, 3, 4, 5, 7, 8, 31]) {
          const { got, wanted } = product(build, { rows, k, vectors });
          expect(largestDifference(got, wanted), `k ${k}, ${vectors} vectors`).toBeLessThanOrEqual(tolerance(k));
        }
      }
    });

    test('any size, part of W, stride, start and gap', () => {
      fc.assert(
        fc.property(
          fc.record({
            rows: fc.integer({ min: 1, max: 20 }),
            k: fc.integer({ min: 0, max: 70 }),
            vectors: fc.integer({ min: 1, max: 40 }),
            before: fc.integer({ min: 0, max: 5 }),
            after: fc.integer({ min: 0, max: 5 }),
            aStride: fc.integer({ min: 0, max: 80 }),
            init: fc.constantFrom('none', 'bias', 'rows', 'c'),
            gap: fc.constantFrom(0, 0, 4, 12),
            seed: fc.integer(),
          }),
          (one) => {
            const { got, wanted } = product(build, one as Case);
            expect(largestDifference(got, wanted)).toBeLessThanOrEqual(tolerance(one.k));
          },
        ),
        { numRuns: 200 },
      );
    });

    test('long sums cross every block of k', () => {
      for (const k of [127, 128, 129, 255, 256, 300, 513]) {
        const { got, wanted } = product(build, { rows: 7, k, vectors: 21, seed: k });
        expect(largestDifference(got, wanted)).toBeLessThanOrEqual(tolerance(k));
      }
    });

    test('a batch gives the bits of its rows one by one, and of a sum cut in two', () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 2, max: 17 }),
          fc.integer({ min: 1, max: 300 }),
          fc.integer({ min: 1, max: 30 }),
          fc.integer(),
          (rows, k, vectors, seed) => {
            const columns = vectors * 4;
            const bed = new Bed(build);
            const a = bed.of(uniform(rows * k, seed));
            const w = bed.of(pack(build.kernels, uniform(k * columns, seed + 1), k, columns));
            const bias = bed.of(uniform(columns, seed + 2));
            const blocks = [0, 1, 2].map(() => bed.block(rows * columns, { writable: true }));
            const [whole, single, cut] = blocks as [typeof a, typeof a, typeof a];
            const { gemm } = build.kernels;
            const bytes = columns * 4;
            const part = Math.floor(k / 3);
            bed.run(() => {
              gemm(a.at, k * 4, rows, w.at, k, 0, k, vectors, bias.at, 0, whole.at, bytes);
              for (let r = 0; r < rows; r++) {
                gemm(a.at + r * k * 4, 0, 1, w.at, k, 0, k, vectors, bias.at, 0, single.at + r * bytes, 0);
              }
              gemm(a.at, k * 4, rows, w.at, k, 0, part, vectors, bias.at, 0, cut.at, bytes);
              gemm(a.at + part * 4, k * 4, rows, w.at, k, part, k - part, vectors, cut.at, bytes, cut.at, bytes);
            });
            expect(Buffer.compare(whole.u8, single.u8), 'rows').toBe(0);
            expect(Buffer.compare(whole.u8, cut.u8), 'cut').toBe(0);
          },
        ),
        { numRuns: 60 },
      );
    });

    test('reads not one float past the rows of A', () => {
      for (const rows of [1, 2, 3, 4, 5, 6, 7, 8]) {
        for (const k of [1, 2, 3, 5, 8, 33]) {
          const bed = new Bed(build);
          const a = bed.lastBlock(rows * k);
          a.f32.set(uniform(rows * k, k));
          const w = bed.of(pack(build.kernels, uniform(k * 92, 2), k, 92));
          const c = bed.block(rows * 92, { writable: true });
          bed.run(() => build.kernels.gemm(a.at, k * 4, rows, w.at, k, 0, k, 23, 0, 0, c.at, 92 * 4));
          expect(c.f32.every(Number.isFinite)).toBe(true);
        }
      }
    });

    test('NaN, Infinity and 1e30 stay in their row', () => {
      const [rows, k, vectors] = [11, 9, 15];
      const data = uniform(rows * k, 3);
      data[2 * k + 1] = Number.NaN;
      data[5 * k + 3] = Number.POSITIVE_INFINITY;
      data[8 * k + 8] = 1e30;
      const bed = new Bed(build);
      const a = bed.of(data);
      const w = bed.of(
        pack(
          build.kernels,
          uniform(k * vectors * 4, 4).map((x) => x + 2),
          k,
          vectors * 4,
        ),
      );
      const c = bed.block(rows * vectors * 4, { writable: true });
      bed.run(() => build.kernels.gemm(a.at, k * 4, rows, w.at, k, 0, k, vectors, 0, 0, c.at, vectors * 16));
      for (let r = 0; r < rows; r++) {
        const row = c.f32.subarray(r * vectors * 4, (r + 1) * vectors * 4);
        if (r === 2) expect(row.every(Number.isNaN)).toBe(true);
        else if (r === 5) expect(row.every((x) => x === Number.POSITIVE_INFINITY)).toBe(true);
        else if (r === 8) expect(row.every((x) => x >= 1e30 && x < 4e30)).toBe(true);
        else expect(row.every((x) => Math.abs(x) < 30)).toBe(true);
      }
    });
  });
}

// More than a second-level cache is taken to keep: weights are touched ahead of time, and rows that are left over go two by two.
describe.each(buildsWith(80).map((build) => [build.name, build] as const))('gemm of many weights (%s)', (_, build) => {
  // 85 strips and 2 vectors, 84 and 2, 86 and none; k in whole blocks, and with a rest.
  test.each([
    [260, 257],
    [512, 254],
    [300, 258],
  ])('%i k, %i vectors, up to the end of the memory', (panelRows, vectors) => {
    const columns = vectors * 4;
    for (const [k0, rows] of [2, 3, 4, 5, 7, 12, 13, 32, 41].map((rows, i) => [i % 3, rows] as const)) {
      const k = panelRows - k0;
      expect(k * vectors).toBeGreaterThan(1 << 16);
      const bed = new Bed(build);
      // Reading past the weights would trap.
      const w = bed.lastBlock(panelRows * columns);
      w.f32.set(pack(build.kernels, uniform(panelRows * columns, rows), panelRows, columns));
      const a = bed.of(uniform(rows * k, rows + 1));
      const bias = bed.of(uniform(columns, rows + 2));
      const whole = bed.block(rows * columns, { writable: true });
      const single = bed.block(rows * columns, { writable: true });
      const { gemm } = build.kernels;
      const bytes = columns * 4;
      bed.run(() => {
        gemm(a.at, k * 4, rows, w.at, panelRows, k0, k, vectors, bias.at, 0, whole.at, bytes);
        for (let r = 0; r < rows; r++) {
          gemm(a.at + r * k * 4, 0, 1, w.at, panelRows, k0, k, vectors, bias.at, 0, single.at + r * bytes, 0);
        }
      });
      expect(Buffer.compare(whole.u8, single.u8), `${rows} rows from k ${k0}`).toBe(0);
    }
  });
});
