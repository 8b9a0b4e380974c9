import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { putFactor, rescale, roundShift, sigmoid, tanh } from '../../src/layers/integer/fixed-point.js';
import { rescaled } from '../reference/integer-lstm.js';

const WHOLES = Array.from({ length: 65536 }, (_, i) => i - 32768);

const scaled = (x: number, factor: number): number => {
  const table = new Int32Array(2);
  putFactor(table, 0, factor);
  return rescale(x, table, 0);
};

describe('fractions as whole numbers', () => {
  it('a factor as the 31 bits and the power of two that whole numbers of any size make of it', () => {
    const factor = fc.oneof(
      fc.double({ min: 2 ** -33, max: 8, noNaN: true }),
      fc.integer({ min: -32, max: 3 }).map((power) => 2 ** power),
      fc.integer({ min: -30, max: 3 }).map((power) => 2 ** power * (1 - 2 ** -40)),
      fc.float({ min: Math.fround(1e-9), max: 4, noNaN: true }),
      fc.constant(0),
    );
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 27), max: 2 ** 27 }), factor, (x, by) => {
        expect(scaled(x, by)).toBe(rescaled(BigInt(x), by));
      }),
      { numRuns: 3000 },
    );
  });

  it('rounds twice: what the first rounding makes a half goes up', () => {
    // 127.4999… of 256ths is 127.5 of them to 31 bits, and then 0.5.
    expect(scaled(1, 0.5 - 2 ** -33)).toBe(1);
    expect([3, 1, -1, -3].map((x) => roundShift(x, 1))).toEqual([2, 1, -1, -2]);
    expect(roundShift(-(2 ** 31), 31)).toBe(-1);
  });

  it('σ of every number of 16 bits, within eight of its steps', () => {
    for (const x of WHOLES) {
      const real = 32768 / (1 + Math.exp(-x / 4096));
      if (Math.abs(sigmoid(x) - Math.min(32767, real)) > 8) expect(`σ(${x}) = ${sigmoid(x)}`).toBe(`${real}`);
    }
    expect([-32768, 0, 32767].map(sigmoid)).toEqual([11, 16384, 32756]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('tanh, %i bits in front of the point', (bits) => {
    let worst = 0;
    for (const x of WHOLES)
      worst = Math.max(worst, Math.abs(tanh(x, bits) - Math.min(32767, 32768 * Math.tanh(x / 2 ** (15 - bits)))));
    // As coarse as 15 bits within the exponential and three divisions make it.
    expect(worst).toBeLessThan(13);
    expect(tanh(0, bits)).toBe(0);
  });
});
