import { onlyKeys } from '../../graph/field-checks.js';
import { badSpec, describe } from '../../refuse.js';
import type { IntegerLstmConfig, IntegerScale } from '../../spec.js';

/** Bits of c behind the point: with others TensorFlow Lite's kernel has no tanh of it. */
const [LEAST_BITS, MOST_BITS] = [9, 15];

/** Factors must leave room for their products. */
const MOST_FACTOR = 2 ** 15;

const isWhole = (value: unknown, low: number, high: number): boolean =>
  Number.isInteger(value) && (value as number) >= low && (value as number) <= high;

export function checkScales(value: unknown, count: number, where: string): void {
  const fits = (scale: unknown): boolean =>
    Number.isFinite(scale) && (scale as number) >= 0 && (scale as number) < MOST_FACTOR;
  if (!Array.isArray(value) || value.length !== count || !value.every(fits))
    badSpec(where, 'no scales of sums', `${count} numbers of at least 0, below ${MOST_FACTOR}`, describe(value));
}

export function checkRange(given: IntegerScale, where: string): void {
  onlyKeys(given, ['scale', 'low', 'high'], where);
  const { scale, low, high } = given;
  checkScales([scale], 1, `${where}, scale`);
  if (!isWhole(low, -32768, 0) || !isWhole(high, 0, 32767))
    badSpec(where, 'no bounds of whole numbers', 'low from -32768 to 0, high from 0 to 32767', `${low}, ${high}`);
}

/** Checks all that is said of steps and bounds. @throws {SpecError} */
export function checkFactors(config: IntegerLstmConfig, where: string): void {
  const { cellBits, cellClip, inputScales, recurrentScales, peepholeScales, hidden, projected } = config;
  if (!isWhole(cellBits, LEAST_BITS, MOST_BITS))
    badSpec(where, 'no bits of c', `cellBits from ${LEAST_BITS} to ${MOST_BITS}`, describe(cellBits));
  if (cellClip !== undefined && !isWhole(cellClip, 1, 32767))
    badSpec(where, 'no bound of c', 'cellClip from 1 to 32767', describe(cellClip));
  checkScales(inputScales, 4, `${where}, inputScales`);
  checkScales(recurrentScales, 4, `${where}, recurrentScales`);
  if (peepholeScales !== undefined) checkScales(peepholeScales, 3, `${where}, peepholeScales`);
  checkRange(hidden, `${where}, hidden`);
  if (projected !== undefined) checkRange(projected, `${where}, projected`);
}
