import { expect } from 'vitest';

/** The first place where two float32 arrays differ in a bit, or undefined. NaN equals NaN. */
function firstDifference(got: Float32Array, expected: Float32Array): string | undefined {
  if (got.length !== expected.length) return `${got.length} numbers instead of ${expected.length}`;
  for (let i = 0; i < got.length; i++) {
    if (!Object.is(got[i], expected[i])) return `at ${i}: ${got[i]} instead of ${expected[i]}`;
  }
  return undefined;
}

export function expectSameBits(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(firstDifference(Float32Array.from(got), Float32Array.from(expected))).toBeUndefined();
}

/** Largest absolute difference; NaN where only one of the two is a NaN or an infinity of its sign. */
export function largestDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Number.NaN;
  let largest = 0;
  for (let i = 0; i < got.length; i++) {
    const [a, b] = [got[i] as number, expected[i] as number];
    if (Object.is(a, b)) continue;
    const difference = Math.abs(a - b);
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(largest)) return largest;
  }
  return largest;
}
