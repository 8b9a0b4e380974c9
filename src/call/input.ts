import { fixedTime, openName } from '../graph/clock.js';
import { usualAxes } from '../graph/layout.js';
import type { InputInfo, ValueInfo } from '../graph/value.js';
import { badInput, describe } from '../refuse.js';
import type { ValueLayout } from '../spec.js';
import { placesOf, type Sizes } from './layout.js';

/** Numbers with their dimensions, row-major. */
export interface Tensor<Data = ArrayLike<number>> {
  readonly data: Data;
  readonly shape: readonly number[];
}

type Nested = readonly (number | Nested)[];

/**
 * A model input, of `[time, features]` or `[batch, time, features]` (a vector input: without time).
 * Flat numbers (the batch is then `options.batch`, or that of the other inputs, or 1), nested arrays, or `{ data, shape }`: this in the
 * order that the model's file has, which `model.inputs` tells (`axes`). Token ids may also come as a BigInt64Array; features
 * may not come as bytes (Buffer, Uint8Array), which are hardly ever what they say.
 */
export type Input = ArrayLike<number> | BigIntArray | Nested | Tensor<ArrayLike<number> | BigIntArray>;

type BigIntArray = BigInt64Array | BigUint64Array;

export interface CheckedInput {
  readonly info: InputInfo;
  /** Flat, row-major `[batch][time][features]`. */
  readonly data: ArrayLike<number>;
  readonly batch: number;
  /** 1 for a vector. */
  readonly time: number;
}

/**
 * Brings an input into flat form and checks length, rank, type, and token ids.
 * @param layout the axes of its file, for one that comes with a shape.
 * @param batch that it must have, if it is known; 1 for a flat one otherwise.
 * @throws {InputError} with expected and got.
 */
export function checkInput(
  info: InputInfo,
  layout: ValueLayout | undefined,
  input: unknown,
  batch: number | undefined,
): CheckedInput {
  const where = `input ${describe(info.name)}`;
  const ids = info.dtype === 'int32';
  const { data, shape, nested } = flatten(ids ? plainIds(input) : input, where);
  if (ids) checkNumbers(data, where);
  else checkFloats(nested ? (input as Nested) : data, where);
  const own = nested ? undefined : layout;
  // Nested arrays of more rows than the file has are rather in its order.
  const rows = nested ? (batch ?? layout?.batch) : batch;
  const sizes = shape ? fromShape(info, own, data, shape, rows, where) : fromLength(info, data, batch ?? 1, where);
  if (ids) checkIds(data, info.vocabulary, where);
  return { info, data: shape && own ? turn(data, own, sizes) : data, ...sizes };
}

/** Whether an input says nothing of its batch: numbers, neither nested nor with a shape. */
export const isFlat = (input: unknown): boolean =>
  (Array.isArray(input) || ArrayBuffer.isView(input)) && !isList((input as ArrayLike<unknown>)[0]);

const isList = (value: unknown): boolean => Array.isArray(value) || ArrayBuffer.isView(value);

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

/** @throws {InputError} a number that is none, or bytes in the place of numbers, also within nested arrays. */
export function checkFloats(data: ArrayLike<unknown>, where: string): void {
  if (ArrayBuffer.isView(data) && (data as Uint8Array).BYTES_PER_ELEMENT === 1) {
    badInput(
      where,
      'bytes are not features',
      'numbers: a Float32Array over these bytes, or one made of their values',
      describe(data),
    );
  }
  if (isList(data[0])) for (let i = 0; i < data.length; i++) checkFloats(data[i] as ArrayLike<unknown>, where);
  else checkNumbers(data as ArrayLike<number>, where);
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
  return ArrayBuffer.isView(value) && 'length' in value && !isBigInts(value);
}

const isBigInts = (value: unknown): value is BigIntArray =>
  value instanceof BigInt64Array || value instanceof BigUint64Array;

/** Token ids of 64 bits as numbers: those that these cannot hold are beyond every vocabulary. */
export function plainIds(input: unknown): unknown {
  if (Array.isArray(input) && isList(input[0])) return input.map(plainIds);
  if (isBigInts(input)) return Array.from(input as ArrayLike<bigint>, Number);
  const { data, shape } = (input ?? {}) as Partial<Tensor<unknown>>;
  return isBigInts(data) ? { data: plainIds(data), shape } : input;
}

interface Flat {
  readonly data: ArrayLike<number>;
  readonly shape?: readonly number[];
  readonly nested?: true;
}

function flatten(input: unknown, where: string): Flat {
  if (Array.isArray(input) && isList(input[0])) return { ...flattenNested(input, where), nested: true };
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

/**
 * A value with a shape has the axes of its file, or ours where these mean the same order of the numbers. Ours may be without the
 * batch, and of token ids without the features.
 */
function fromShape(
  info: InputInfo,
  layout: ValueLayout | undefined,
  { length }: ArrayLike<number>,
  shape: readonly number[],
  batch: number | undefined,
  where: string,
): Sizes {
  const known = { batch: layout?.batch ?? batch, time: fixedTime(info.time) };
  const match = (axes: ValueLayout['axes']): Sizes | undefined => {
    const sizes = { batch: 1, time: 1 };
    const fits = axes.every((axis, index) => {
      const size = shape[index] as number;
      if (typeof axis === 'number') return size === axis;
      sizes[axis] = size;
      return Number.isSafeInteger(size) && size > 0 && size === (known[axis] ?? size);
    });
    const total = shape.reduce((product, n) => product * n, 1);
    const whole = fits && shape.length === axes.length && total === length;
    return whole && sizes.batch === (batch ?? sizes.batch) ? sizes : undefined;
  };
  const usual = usualAxes(info);
  const [withBatch, single] = [usual, usual.slice(1)];
  const ours = [withBatch, single, ...(info.dtype === 'int32' ? [usual.slice(0, -1), usual.slice(1, -1)] : [])];
  const own = layout && match(layout.axes);
  if (own) return own;
  for (const axes of ours) {
    const sizes = match(axes);
    if (sizes && (!layout || isSameOrder(layout, sizes))) return sizes;
  }
  const open = { batch: 'batch', time: openName(info.time) ?? 'time' };
  const text = (axes: ValueLayout['axes']): string =>
    `[${axes.map((axis) => (typeof axis === 'number' ? axis : (known[axis] ?? open[axis]))).join(', ')}]`;
  const expected = layout ? `${text(layout.axes)} (the file's own order)` : `${text(single)} or ${text(withBatch)}`;
  badInput(where, 'wrong shape', expected, `${describe(shape)} with ${length} numbers`);
}

const isSameOrder = ({ axes }: ValueLayout, sizes: Sizes): boolean =>
  (sizes.batch === 1 || axes.includes('batch')) && placesOf(axes, sizes) === undefined;

/** Numbers in the file's order, put into ours. */
function turn(data: ArrayLike<number>, { axes }: ValueLayout, sizes: Sizes): ArrayLike<number> {
  const places = placesOf(axes, sizes);
  if (!places) return data;
  const turned = new Float64Array(data.length);
  for (let i = 0; i < places.length; i++) turned[places[i] as number] = data[i] as number;
  return turned;
}
