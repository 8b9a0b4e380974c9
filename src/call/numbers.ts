import { badInput, describe } from '../refuse.js';
import { arrayType, lengthOf, type Numbers, plainFloats } from '../typed.js';

/** What the numbers are: features of a value, or token ids, which may come as any integers. */
export type Meaning = 'features' | 'ids';

const isBig = (type: string): boolean => type.startsWith('Big');

/** How many numbers a list has; undefined if it is none. Read once, since it may be the caller's code that says so. */
export function listLength(value: unknown, meaning: Meaning): number | undefined {
  const type = arrayType(value);
  if (type) return meaning === 'features' && isBig(type) ? undefined : lengthOf(value);
  const length: unknown = Array.isArray(value) ? value.length : undefined;
  return typeof length === 'number' ? length : undefined;
}

/**
 * Reads a list of numbers. A Float32Array of features is not copied, only freed of what may hang on it.
 * @param length what `listLength` said.
 * @param first what `firstOf` said.
 * @throws {InputError} an element that is no number, or bytes in the place of features.
 */
export function readNumbers(
  given: unknown,
  length: number,
  meaning: Meaning,
  where: string,
  first: unknown = firstOf(given),
): Numbers {
  const type = arrayType(given);
  const ids = meaning === 'ids';
  if (type === undefined) {
    const list = given as ArrayLike<unknown>;
    // The first one before there is room for all: a list may say that it is longer than it is.
    if (length > 0) checkNumber(first, 0, where);
    const numbers = ids ? new Float64Array(length) : new Float32Array(length);
    for (let i = 0; i < length; i++) numbers[i] = checkNumber(i === 0 ? first : list[i], i, where);
    return numbers;
  }
  refuseBytes(given, meaning, where);
  if (type === 'Float32Array' && !ids) return plainFloats(given);
  if (!ids) return new Float32Array(given as Float64Array);
  if (!isBig(type)) return new Float64Array(given as Int32Array);
  // Those that these cannot hold are beyond every vocabulary.
  const list = given as BigInt64Array;
  const numbers = new Float64Array(length);
  for (let i = 0; i < length; i++) numbers[i] = Number(list[i]);
  return numbers;
}

/** @throws {InputError} bytes in the place of features. */
export function refuseBytes(given: unknown, meaning: Meaning, where: string): void {
  // Int8Array, Uint8Array, Uint8ClampedArray.
  if (meaning === 'features' && arrayType(given)?.includes('t8')) {
    badInput(
      where,
      'bytes are not features',
      'numbers: new Float32Array(b.buffer, b.byteOffset, b.byteLength / 4) of float32 in bytes b, Float32Array.from(b) of their values',
      describe(given),
    );
  }
}

/** As `readNumbers`, of a list that must have a certain length; `what` says why. @throws {InputError} */
export function readExactly(given: unknown, length: number, meaning: Meaning, where: string, what: string): Numbers {
  refuseBytes(given, meaning, where);
  checkLength(given, length, meaning, where, what);
  return readNumbers(given, length, meaning, where);
}

/** @throws {InputError} not a list of exactly `length` numbers. */
export function checkLength(given: unknown, length: number, meaning: Meaning, where: string, what: string): void {
  const got = listLength(given, meaning);
  if (got === length) return;
  // Of lists in a list the length alone would tell nobody what is wrong.
  const shown = got === undefined || Array.isArray(firstOf(given)) ? given : got;
  badInput(where, 'wrong length', `${length} numbers (${what})`, describe(shown));
}

/** The first element of an array. */
export const firstOf = (given: unknown): unknown => (Array.isArray(given) ? given[0] : undefined);

function checkNumber(value: unknown, index: number, where: string): number {
  if (typeof value !== 'number') badInput(where, 'not a number', `a number at ${index}`, describe(value));
  return value;
}
