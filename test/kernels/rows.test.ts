import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SCAN } from '../../src/layers/newer/mix.js';
import { expectSameBits, largestDifference } from '../support/bits.js';
import { Bed, type Block, builds, pad4, uniform } from './bed.js';

/** Rows of `n` floats at row stride `pad4(n) + extra`; pads are left as canaries, which are NaN. */
function rowsOf(bed: Bed, data: Float32Array, rows: number, n: number, extra = 0, writable = false): Block {
  const stride = pad4(n) + extra;
  const block = bed.block(rows * stride, { writable });
  for (let r = 0; r < rows; r++) block.f32.set(data.subarray(r * n, (r + 1) * n), r * stride);
  return block;
}

const row = (block: Block, r: number, n: number, extra = 0): Float32Array =>
  block.f32.subarray(r * (pad4(n) + extra), r * (pad4(n) + extra) + n);

const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 129];

for (const build of builds) {
  const { kernels } = build;
  describe(`rows (${build.name})`, () => {
    test('denormals become zeros of their sign in place, nothing else does', () => {
      const bits = [0, 1, 0x007fffff, 0x00800000, 0x3f800000, 0x7f7fffff, 0x7f800000, 0x7fc00001];
      const words = Int32Array.from([...bits, ...bits.map((word) => word | 0x80000000), 1, 2, 3, 4]);
      const bed = new Bed(build);
      const block = bed.block(words.length, { writable: true });
      block.i32.set(words);
      const vectors = words.length / 4 - 1;
      bed.run(() => kernels.withoutDenormals(block.at, vectors));
      const denormal = (word: number): boolean => (word & 0x7f800000) === 0;
      expect([...block.i32]).toEqual(
        [...words].map((word, i) => (i < 4 * vectors && denormal(word) ? word & 0x80000000 : word)),
      );
      bed.run(() => kernels.withoutDenormals(block.at, 0));
    });

    test.each(SIZES)('softmax of %i', (n) => {
      const rows = 3;
      for (const scale of [1, 30, 1e4]) {
        for (const extra of [0, 8]) {
          const bed = new Bed(build);
          const data = uniform(rows * n, n, scale);
          const src = rowsOf(bed, data, rows, n, extra);
          const dst = bed.block(rows * (pad4(n) + extra), { writable: true });
          bed.run(() => kernels.softmax(src.at, dst.at, rows, (pad4(n) + extra) * 4, n));
          for (let r = 0; r < rows; r++) {
            const x = [...data.subarray(r * n, (r + 1) * n)];
            const e = x.map((v) => Math.exp(v - Math.max(...x)));
            const sum = e.reduce((a, b) => a + b);
            // The difference from the maximum is rounded once: up to scale·2^-24 in the exponent.
            const got = row(dst, r, n, extra);
            expect(
              largestDifference(
                got,
                e.map((v) => v / sum),
              ),
            ).toBeLessThan(3e-7 + scale * 1.2e-7 * 0.4);
            expect(Math.abs(got.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-6);
          }
        }
      }
    });

    test('softmax in place; NaN and infinities as in float64, in their row only', () => {
      const bed = new Bed(build);
      const x = [1, 2, Number.NaN, 3, 4, /**/ 1, Number.NEGATIVE_INFINITY, 1, 1, 1, /**/ 1, 1, 1, 1, 1];
      const block = rowsOf(bed, Float32Array.from(x), 3, 5, 0, true);
      bed.run(() => kernels.softmax(block.at, block.at, 3, 32, 5));
      expect(row(block, 0, 5).every(Number.isNaN)).toBe(true);
      expect([...row(block, 1, 5)]).toEqual([0.25, 0, 0.25, 0.25, 0.25]);
      expect(largestDifference(row(block, 2, 5), [0.2, 0.2, 0.2, 0.2, 0.2])).toBeLessThan(1e-7);
    });

    test.each([1e30, -1e30, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0])(
      'pad lanes of %f change no bit of their row',
      (pad) => {
        for (const n of [1, 2, 3, 5, 6, 7, 9, 31]) {
          const stride = pad4(n);
          // The last row is masked, as far as it goes.
          const data = [...uniform(2 * n, n, 3), ...Array<number>(n).fill(0.5)];
          const results = [pad, 0.5].map((filling) => {
            const bed = new Bed(build);
            const src = bed.block(3 * stride);
            src.f32.fill(filling);
            for (let r = 0; r < 3; r++) src.f32.set(data.slice(r * n, (r + 1) * n), r * stride);
            const [soft, norm, kept] = [1, 2, 3].map(() => bed.block(3 * stride, { writable: true })) as [
              Block,
              Block,
              Block,
            ];
            const mask = bed.block(1, { writable: true });
            bed.run(() => kernels.softmax(src.at, soft.at, 3, stride * 4, n));
            bed.run(() => kernels.layerNorm(src.at, norm.at, 3, stride * 4, n, 0, 0, 1e-3));
            bed.run(() => kernels.masking(src.at, kept.at, 3, stride * 4, n, 0.5, mask.at));
            return [
              ...[soft, norm, kept].flatMap((block) => [0, 1, 2].flatMap((r) => [...row(block, r, n)])),
              ...mask.u8.subarray(0, 3),
            ];
          });
          expectSameBits(results[0] as number[], results[1] as number[]);
        }
      },
    );

    test.each(SIZES)('layer norm of %i', (n) => {
      const rows = 4;
      for (const affine of [true, false]) {
        const bed = new Bed(build);
        const data = uniform(rows * n, n, 3).map((x) => x + 5);
        const [gammas, betas] = [uniform(n, n + 1), uniform(n, n + 2)];
        const src = rowsOf(bed, data, rows, n, 4);
        const gamma = rowsOf(bed, gammas, 1, n).at;
        const beta = rowsOf(bed, betas, 1, n).at;
        const dst = bed.block(rows * (pad4(n) + 4), { writable: true });
        const stride = (pad4(n) + 4) * 4;
        bed.run(() => kernels.layerNorm(src.at, dst.at, rows, stride, n, affine ? gamma : 0, affine ? beta : 0, 1e-3));
        for (let r = 0; r < rows; r++) {
          const x = [...data.subarray(r * n, (r + 1) * n)];
          const mean = x.reduce((a, b) => a + b) / n;
          const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
          const wanted = x.map((v, i) => {
            const y = (v - mean) / Math.sqrt(variance + 1e-3);
            return affine ? y * (gammas[i] as number) + (betas[i] as number) : y;
          });
          // Sums of numbers near 5 are rounded at 4e-7 each; divided by a deviation of about 1.7 (or 0.03 at n = 1).
          expect(largestDifference(row(dst, r, n, 4), wanted)).toBeLessThan(n === 1 ? 3e-5 : 3e-6);
        }
      }
    });

    test('layer norm in place; NaN stays in its row', () => {
      const bed = new Bed(build);
      const x = [1, 2, Number.NaN, /**/ 1, 2, 3];
      const block = rowsOf(bed, Float32Array.from(x), 2, 3, 0, true);
      bed.run(() => kernels.layerNorm(block.at, block.at, 2, 16, 3, 0, 0, 0));
      expect(row(block, 0, 3).every(Number.isNaN)).toBe(true);
      expect(largestDifference(row(block, 1, 3), [-Math.sqrt(1.5), 0, Math.sqrt(1.5)])).toBeLessThan(2e-7);
    });

    test.each(SIZES)('embedding rows of %i', (n) => {
      const bed = new Bed(build);
      const table = uniform(6 * n, n);
      const from = rowsOf(bed, table, 6, n);
      const wanted = [5, 0, 3, 3, 1];
      const ids = bed.block(5);
      ids.i32.set(wanted);
      const dst = bed.block(5 * pad4(n), { writable: true });
      bed.run(() => kernels.embedding(ids.at, 5, from.at, pad4(n) * 4, dst.at));
      wanted.forEach((id, r) => {
        expect(row(dst, r, n)).toEqual(table.slice(id * n, (id + 1) * n));
      });
    });

    test.each(SIZES)('masking rows of %i', (n) => {
      for (const value of [0, -1]) {
        const bed = new Bed(build);
        const data = new Float32Array(6 * n).fill(value);
        data.set(uniform(n, n), n); //          row 1 differs everywhere
        data[2 * n + n - 1] = 7; //             row 2 in its last feature
        data[4 * n] = Number.NaN; //            row 4 in its first, by NaN
        const src = rowsOf(bed, data, 6, n, 4);
        const dst = bed.block(6 * (pad4(n) + 4), { writable: true });
        const mask = bed.block(2, { writable: true });
        bed.run(() => kernels.masking(src.at, dst.at, 6, (pad4(n) + 4) * 4, n, value, mask.at));
        expect([...mask.u8.subarray(0, 6)]).toEqual([0, 1, 1, 0, 1, 0]);
        for (let r = 0; r < 6; r++) {
          const kept = data.slice(r * n, (r + 1) * n);
          expect(row(dst, r, n, 4)).toEqual(mask.u8[r] ? kept : new Float32Array(n));
        }
      }
    });

    test('binary: add, multiply, mean, in place too', () => {
      const [a, b] = [uniform(20, 1), uniform(20, 2)];
      const ops = [
        (x: number, y: number) => x + y,
        (x: number, y: number) => x * y,
        (x: number, y: number) => (x + y) / 2,
      ];
      ops.forEach((op, id) => {
        const bed = new Bed(build);
        const [left, right] = [bed.block(20, { writable: true }), bed.of(b)];
        left.f32.set(a);
        const dst = bed.block(20, { writable: true });
        const wanted = a.map((x, i) => Math.fround(op(x, b[i] as number)));
        bed.run(() => {
          kernels.binary(id, left.at, right.at, dst.at, 5);
          kernels.binary(id, left.at, right.at, left.at, 5);
        });
        expect(dst.f32).toEqual(wanted);
        expect(left.f32).toEqual(wanted);
      });
    });

    test('binary: a step of a scan, a·dst + b, its product rounded apart or, in relaxed, not at all', () => {
      const [a, b, before] = [uniform(20, 1), uniform(20, 2), uniform(20, 3)];
      const bed = new Bed(build);
      const [left, right, dst] = [bed.of(a), bed.of(b), bed.block(20, { writable: true })];
      dst.f32.set(before);
      bed.run(() => kernels.binary(SCAN, left.at, right.at, dst.at, 5));
      dst.f32.forEach((value, i) => {
        const product = (a[i] as number) * (before[i] as number);
        const wanted = [Math.fround(Math.fround(product) + (b[i] as number))];
        if (build.name === 'relaxed') wanted.push(Math.fround(product + (b[i] as number)));
        expect(wanted).toContain(value);
      });
    });

    test('copyRows moves exactly n floats between any strides and alignments', () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 6 }),
          fc.integer({ min: 0, max: 40 }),
          fc.integer({ min: 0, max: 50 }),
          fc.integer({ min: 0, max: 9 }),
          fc.constantFrom(0, 4, 8, 12),
          fc.constantFrom(0, 4, 8, 12),
          (rows, n, srcStride, gap, srcShift, dstShift) => {
            const bed = new Bed(build);
            const data = uniform(Math.max(0, (rows - 1) * srcStride + n), n + 1);
            const src = bed.of(data, srcShift);
            const dst = bed.block(rows * (n + gap), { writable: true, shift: dstShift });
            const before = dst.i32.slice();
            bed.run(() => kernels.copyRows(src.at, srcStride * 4, dst.at, (n + gap) * 4, rows, n));
            for (let r = 0; r < rows; r++) {
              const at = r * (n + gap);
              expect(dst.f32.slice(at, at + n)).toEqual(data.slice(r * srcStride, r * srcStride + n));
              expect(dst.i32.slice(at + n, at + n + gap)).toEqual(before.slice(at + n, at + n + gap));
            }
          },
        ),
      );
    });
  });
}
