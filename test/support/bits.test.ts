import { describe, expect, it } from 'vitest';
import { expectNear, expectSameBits, largestDifference } from './bits.js';

const { NaN: NAN, POSITIVE_INFINITY: INFINITY } = Number;

describe('the comparison that all tests lean on', () => {
  it.each([
    ['first', [NAN, 0, 0]],
    ['in the middle', [100, NAN, 0]],
    ['last', [0, 0, NAN]],
    ['alone', [NAN]],
  ])('a NaN %s is never forgotten', (_, values) => {
    const zeros = values.map(() => 0);
    for (const comparison of [{}, { relative: true }, { special: true }]) {
      expect(largestDifference(values, zeros, comparison)).toBeNaN();
      expect(largestDifference(zeros, values, comparison)).toBeNaN();
      expect(() => expectNear(values, zeros, INFINITY, '', comparison)).toThrow('NaN');
    }
    expect(() => expectSameBits(values, zeros)).toThrow('instead of');
  });

  it('a NaN passes for a NaN only where special numbers are compared', () => {
    expect(largestDifference([1, NAN], [1, NAN])).toBeNaN();
    expect(largestDifference([1, NAN, 3], [1, NAN, 2], { special: true })).toBe(1);
    expectSameBits([NAN], [NAN]);
  });

  it('infinities: of the same sign alone, and for numbers beyond float32 where special numbers are compared', () => {
    expect(largestDifference([INFINITY], [INFINITY])).toBe(0);
    expect(largestDifference([INFINITY], [-INFINITY])).toBe(INFINITY);
    expect(largestDifference([INFINITY], [1], { relative: true })).toBe(INFINITY);
    expect(largestDifference([1], [INFINITY], { relative: true })).toBeNaN();
    expect(largestDifference([INFINITY], [1e39])).toBe(INFINITY);
    expect(largestDifference([INFINITY], [1e39], { special: true })).toBe(0);
    expect(largestDifference([-INFINITY], [1e39], { special: true })).toBe(INFINITY);
  });

  it('lengths that differ, nothing, and what is missing never pass', () => {
    for (const [got, expected] of [
      [[1, 2], [1]],
      [[1], [1, 2]],
      [[], []],
      [undefined, [1]],
      [[1], undefined],
    ] as const) {
      expect(largestDifference(got, expected)).toBeNaN();
      expect(() => expectNear(got, expected, INFINITY)).toThrow();
    }
    expect(() => expectSameBits([1, 2], [1])).toThrow('2 numbers instead of 1');
  });

  it('the largest wherever it stands, relative where the expected number is above 1', () => {
    expect(largestDifference([1, 5, 3], [1, 2, 3])).toBe(3);
    expect(largestDifference([4, 1], [1, 1])).toBe(3);
    expect(largestDifference([1, -4], [1, -1])).toBe(3);
    expect(largestDifference([110, 0.5], [100, 0], { relative: true })).toBe(0.5);
    expect(largestDifference([110, 0], [100, 0], { relative: true })).toBe(0.1);
    expect(largestDifference([-110, 0], [-100, 0], { relative: true })).toBe(0.1);
  });

  it('names the place and the numbers', () => {
    expect(() => expectNear([1, 2], [1, 1.5], 0.1, 'output y')).toThrow('output y at 1: 2 instead of 1.5');
    expectNear([1, 1.5 + 1e-7], [1, 1.5], 1e-6);
  });

  it('bits: a zero of the other sign differs', () => {
    expect(() => expectSameBits([0], [-0])).toThrow('at 0: 0 instead of 0');
  });
});
