import { describe } from './activations.js';
import { InputError } from './errors.js';
import type { ValueInfo } from './graph.js';

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
  /** Flat, row-major `[batch][time][features]`. */
  readonly data: ArrayLike<number>;
  readonly batch: number;
  /** 1 for a vector. */
  readonly time: number;
}

/**
 * Brings an input into flat form and checks length, rank, type, and token ids.
 * @throws {InputError} with expected and got.
 */
export function checkInput(
  info: ValueInfo,
  input: unknown,
  batch: number | undefined,
  vocabulary: number | undefined,
): CheckedInput {
  const where = `input ${describe(info.name)}`;
  const { data, shape } = flatten(input, where);
  const checked = shape ? fromShape(info, data, shape, batch, where) : fromLength(info, data, batch ?? 1, where);
  checkNumbers(data, where);
  if (info.dtype === 'int32') checkIds(data, vocabulary, where);
  return checked;
}

/** @throws {InputError} not a whole number of at least 1. */
export function checkBatch(batch: unknown): number {
  if (!Number.isSafeInteger(batch) || (batch as number) < 1) {
    throw new InputError('not a batch size', {
      where: 'batch',
      expected: 'a whole number of at least 1',
      got: describe(batch),
    });
  }
  return batch as number;
}

/** @throws {InputError} not a list of exactly `length` numbers. */
export function checkLength(data: unknown, length: number, where: string, meaning: string): void {
  const actual = isNumbers(data) ? data.length : undefined;
  if (actual !== length) {
    throw new InputError('wrong length', {
      where,
      expected: `${length} numbers (${meaning})`,
      got: actual === undefined ? describe(data) : String(actual),
    });
  }
}

/** @throws {InputError} an array element that is not a number. Typed arrays hold nothing else. */
export function checkNumbers(data: ArrayLike<number>, where: string): void {
  if (ArrayBuffer.isView(data)) return;
  for (let i = 0; i < data.length; i++) {
    if (typeof data[i] !== 'number') {
      throw new InputError('not a number', { where, expected: `a number at ${i}`, got: describe(data[i]) });
    }
  }
}

/** @throws {InputError} an id that is not a whole number in `[0, vocabulary)`. */
export function checkIds(data: ArrayLike<number>, vocabulary = 2 ** 31, where: string): void {
  for (let i = 0; i < data.length; i++) {
    const id = data[i] as number;
    if (!(id >= 0 && id < vocabulary && Number.isInteger(id))) {
      throw new InputError('not a token id', {
        where,
        expected: `a whole number in [0, ${vocabulary}) at ${i}`,
        got: describe(id),
      });
    }
  }
}

/** An output of the caller's, or a fresh one. */
export function checkOut(out: unknown, length: number): Float32Array {
  if (out === undefined) return new Float32Array(length);
  if (!(out instanceof Float32Array))
    throw new InputError('wrong type', { where: 'out', expected: 'a Float32Array', got: describe(out) });
  checkLength(out, length, 'out', 'the output');
  return out;
}

function isNumbers(value: unknown): value is ArrayLike<number> {
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
    throw new InputError('wrong type', {
      where,
      expected: 'numbers, nested arrays of numbers, or { data, shape }',
      got: describe(input),
    });
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
      throw new InputError('ragged array', {
        where,
        expected: `${shape[depth]} entries at depth ${depth}`,
        got: isNumbers(level) ? String(level.length) : describe(level),
      });
    }
    for (let i = 0; i < level.length; i++) walk(level[i], depth + 1);
  };
  walk(input, 0);
  return { data, shape };
}

function fromLength(
  { features, kind }: ValueInfo,
  data: ArrayLike<number>,
  batch: number,
  where: string,
): CheckedInput {
  const time = kind === 'sequence' ? data.length / (batch * features) : 1;
  if (!(Number.isInteger(time) && time > 0) || data.length !== batch * time * features) {
    const unit =
      kind === 'sequence'
        ? `a multiple of ${batch * features} numbers (batch ${batch} · features ${features})`
        : `${batch * features} numbers (batch ${batch} · features ${features})`;
    throw new InputError('wrong length', { where, expected: unit, got: String(data.length) });
  }
  return { data, batch, time };
}

function fromShape(
  { features, kind, dtype }: ValueInfo,
  data: ArrayLike<number>,
  given: readonly number[],
  batch: number | undefined,
  where: string,
): CheckedInput {
  const rank = kind === 'sequence' ? 2 : 1;
  // Token ids come without a features dimension too.
  const bare = dtype === 'int32' && (given.length < rank || (given.length === rank && given.at(-1) !== 1));
  const full = bare ? [...given, 1] : given;
  const shape = full.length === rank ? [1, ...full] : full;
  const fits =
    shape.length === rank + 1 &&
    shape.every((n) => Number.isSafeInteger(n) && n > 0) &&
    shape.at(-1) === features &&
    shape.reduce((product, n) => product * n, 1) === data.length &&
    (batch === undefined || shape[0] === batch);
  if (!fits) {
    const time = kind === 'sequence' ? 'time, ' : '';
    throw new InputError('wrong shape', {
      where,
      expected: `[${time}${features}] or [${batch ?? 'batch'}, ${time}${features}]`,
      got: `${describe(given)} with ${data.length} numbers`,
    });
  }
  return { data, batch: shape[0] as number, time: kind === 'sequence' ? (shape[1] as number) : 1 };
}
