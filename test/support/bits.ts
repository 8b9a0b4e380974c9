import { expect } from 'vitest';

// How all tests compare numbers. A NaN never passes for a number, lengths never differ, and nothing is compared with nothing.

type Numbers = ArrayLike<number>;

/** The first place where two float32 arrays differ in a bit, or undefined. NaN equals NaN. */
function firstDifference(got: Float32Array, expected: Float32Array): string | undefined {
  if (got.length !== expected.length) return `${got.length} numbers instead of ${expected.length}`;
  for (let i = 0; i < got.length; i++) {
    if (!Object.is(got[i], expected[i])) return `at ${i}: ${got[i]} instead of ${expected[i]}`;
  }
  return undefined;
}

export function expectSameBits(got: Numbers, expected: Numbers): void {
  expect(firstDifference(Float32Array.from(got), Float32Array.from(expected))).toBeUndefined();
}

export interface Comparison {
  /** Relative to the expected number where that is above 1. */
  readonly relative?: boolean;
  /** NaN where NaN is expected, and an infinity where the expected number is beyond float32, count as equal. */
  readonly special?: boolean;
}

/** How far one number is from the expected one; NaN if either is a NaN that the comparison does not allow. */
function difference(got: number, expected: number, { relative = false, special = false }: Comparison): number {
  if (special && Object.is(got, Math.fround(expected))) return 0;
  if (got === expected) return 0;
  const absolute = Math.abs(got - expected);
  return relative && Math.abs(expected) > 1 ? absolute / Math.abs(expected) : absolute;
}

/** The largest difference and where it is; NaN, which no bound holds, at the first NaN or if the lengths differ or are 0. */
function worst(got: Numbers | undefined, expected: Numbers | undefined, comparison: Comparison): [number, string] {
  if (got === undefined || expected === undefined) return [Number.NaN, `${got ? 'nothing' : 'no numbers'} to compare`];
  if (got.length !== expected.length || got.length === 0) {
    return [Number.NaN, `${got.length} numbers, expected ${expected.length}`];
  }
  let largest = 0;
  let place = '';
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [got[i] as number, expected[i] as number];
    const one = difference(a, b, comparison);
    if (one <= largest) continue;
    largest = one;
    place = `at ${i}: ${a} instead of ${b}`;
    if (Number.isNaN(one)) break;
  }
  return [largest, place];
}

/** The largest difference; NaN where a NaN is in either or the lengths differ, so that no bound holds. */
export function largestDifference(
  got: Numbers | undefined,
  expected: Numbers | undefined,
  comparison: Comparison = {},
): number {
  return worst(got, expected, comparison)[0];
}

/** Every number within the tolerance, relative to the expected number where that is above 1. */
export function expectNear(
  got: Numbers | undefined,
  expected: Numbers | undefined,
  tolerance: number,
  what = '',
  comparison: Comparison = { relative: true },
): void {
  const [largest, place] = worst(got, expected, comparison);
  expect(largest, `${what} ${place}`.trim()).toBeLessThanOrEqual(tolerance);
}
