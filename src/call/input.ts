import { fixedTime } from '../graph/clock.js';
import type { InputInfo, ValueInfo } from '../graph/value.js';
import { badInput, describe } from '../refuse.js';

/** Numbers with their dimensions, row-major. */
export interface Tensor<Data extends ArrayLike<number> = ArrayLike<number>> {
  readonly data: Data;
  readonly shape: readonly number[];
}

type Nested = readonly (number | Nested)[];

/**
 * A model input, of `[time, features]` or `[batch, time, features]` (a vector input: without time).
 * Flat numbers (the batch is then `options.batch`, 1 if not given), nested arrays, or `{ data, shape }`.
 */
export type Input = ArrayLike<number> | Nested | Tensor;

export interface CheckedInput {
  readonly info: InputInfo;
  /** Flat, row-major `[batch][time][features]`. */
  readonly data: ArrayLike<number>;
  readonly batch: number;
  /** 1 for a vector. */
  readonly time: number;
}

type Sizes = Pick<CheckedInput, 'batch' | 'time'>;

/**
 * Brings an input into flat form and checks length, rank, type, and token ids.
 * @throws {InputError} with expected and got.
 */
export function checkInput(info: InputInfo, input: unknown, batch: number | undefined): CheckedInput {
  const where = `input ${describe(info.name)}`;
  const { data, shape } = flatten(input, where);
  const sizes = shape ? fromShape(info, data, shape, batch, where) : fromLength(info, data, batch ?? 1, where);
  checkNumbers(data, where);
  if (info.dtype === 'int32') checkIds(data, info.vocabulary, where);
  return { info, data, ...sizes };
}

/** @throws {InputError} not a whole number of at least 1. */
export function checkBatch(batch: unknown): number {
  if (!Number.isSafeInteger(batch) || (batch as number) < 1) {
    badInput('batch', 'not a batch size', 'a whole number of at least 1', describe(batch));
  }
  return batch as number;
}

/** @throws {InputError} not a list of exactly `length` numbers. */
export function checkLength(data: unknown, length: number, where: string, meaning: string): void {
  if (!isNumbers(data) || data.length !== length) {
    const got = isNumbers(data) ? `${data.length}` : describe(data);
    badInput(where, 'wrong length', `${length} numbers (${meaning})`, got);
  }
}

/** @throws {InputError} an array element that is not a number. Typed arrays hold nothing else. */
export function checkNumbers(data: ArrayLike<number>, where: string): void {
  if (ArrayBuffer.isView(data)) return;
  for (let i = 0; i < data.length; i++) {
    if (typeof data[i] !== 'number') badInput(where, 'not a number', `a number at ${i}`, describe(data[i]));
  }
}

/** @throws {InputError} an id that is not a whole number in `[0, vocabulary)`. */
export function checkIds(data: ArrayLike<number>, vocabulary: number, where: string): void {
  for (let i = 0; i < data.length; i++) {
    const id = data[i] as number;
    if (!(id >= 0 && id < vocabulary && Number.isInteger(id))) {
      badInput(where, 'not a token id', `a whole number in [0, ${vocabulary}) at ${i}`, describe(id));
    }
  }
}

/** An output of the caller's, or a fresh one. */
export function checkOut(out: unknown, length: number): Float32Array {
  if (out === undefined) return new Float32Array(length);
  if (!(out instanceof Float32Array)) badInput('out', 'wrong type', 'a Float32Array', describe(out));
  checkLength(out, length, 'out', 'the output');
  return out;
}

export function isNumbers(value: unknown): value is ArrayLike<number> {
  if (Array.isArray(value)) return true;
  return (
    ArrayBuffer.isView(value) &&
    'length' in value &&
    !(value instanceof BigInt64Array || value instanceof BigUint64Array)
  );
}

function flatten(input: unknown, where: string): { data: ArrayLike<number>; shape?: readonly number[] } {
  if (Array.isArray(input) && (Array.isArray(input[0]) || ArrayBuffer.isView(input[0])))
    return flattenNested(input, where);
  if (isNumbers(input)) return { data: input };
  const { data, shape } = (input ?? {}) as Partial<Tensor>;
  if (!isNumbers(data) || !Array.isArray(shape)) {
    badInput(where, 'wrong type', 'numbers, nested arrays of numbers, or { data, shape }', describe(input));
  }
  return { data, shape };
}

function flattenNested(input: Nested, where: string): { data: ArrayLike<number>; shape: number[] } {
  const shape: number[] = [];
  for (let level: unknown = input; isNumbers(level) && shape.length < 4; level = level[0]) shape.push(level.length);
  const data: number[] = [];
  const walk = (level: unknown, depth: number): void => {
    if (depth === shape.length) {
      data.push(level as number);
      return;
    }
    if (!isNumbers(level) || level.length !== shape[depth]) {
      const got = isNumbers(level) ? `${level.length}` : describe(level);
      badInput(where, 'ragged array', `${shape[depth]} entries at depth ${depth}`, got);
    }
    for (let i = 0; i < level.length; i++) walk(level[i], depth + 1);
  };
  walk(input, 0);
  return { data, shape };
}

function fromLength(
  { features, kind, time: clock }: ValueInfo,
  { length }: ArrayLike<number>,
  batch: number,
  where: string,
): Sizes {
  const fixed = fixedTime(clock);
  const least = batch * features * (fixed ?? 1);
  const time = kind === 'sequence' && !fixed ? length / least : 1;
  if (!(Number.isInteger(time) && time > 0) || length !== time * least) {
    const multiple = kind === 'sequence' && !fixed ? 'a multiple of ' : '';
    const size = `${least} numbers (batch ${batch} · features ${least / batch})`;
    badInput(where, 'wrong length', `${multiple}${size}`, `${length}`);
  }
  return { batch, time: fixed ?? time };
}

function fromShape(
  { features, kind, dtype, time: clock }: ValueInfo,
  data: ArrayLike<number>,
  given: readonly number[],
  batch: number | undefined,
  where: string,
): Sizes {
  const fixed = fixedTime(clock);
  const rank = kind === 'sequence' ? 2 : 1;
  // Token ids come without a features dimension too.
  const bare = dtype === 'int32' && (given.length < rank || (given.length === rank && given.at(-1) !== 1));
  const full = bare ? [...given, 1] : given;
  const shape = full.length === rank ? [1, ...full] : full;
  const fits =
    shape.length === rank + 1 &&
    shape.every((n) => Number.isSafeInteger(n) && n > 0) &&
    shape.at(-1) === features &&
    (fixed === undefined || shape[1] === fixed) &&
    shape.reduce((product, n) => product * n, 1) === data.length &&
    (batch === undefined || shape[0] === batch);
  if (!fits) {
    const row = `${kind === 'sequence' ? `${fixed ?? 'time'}, ` : ''}${features}]`;
    badInput(
      where,
      'wrong shape',
      `[${row} or [${batch ?? 'batch'}, ${row}`,
      `${describe(given)} with ${data.length} numbers`,
    );
  }
  return { batch: shape[0] as number, time: kind === 'sequence' ? (shape[1] as number) : 1 };
}
