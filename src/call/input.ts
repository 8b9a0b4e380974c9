import { fixedTime, openName } from '../graph/clock.js';
import { usualAxes } from '../graph/layout.js';
import type { InputInfo, ValueInfo } from '../graph/value.js';
import { badInput, describe } from '../refuse.js';
import type { ValueLayout } from '../spec.js';
import { arrayType, type Numbers } from '../typed.js';
import { placesOf, type Sizes } from './layout.js';
import { firstOf, listLength, type Meaning, readNumbers, refuseBytes } from './numbers.js';

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

/** An input as it came, in memory of ours. */
export interface ReadInput {
  readonly data: Numbers;
  /** Of one that says its dimensions; what is no number is NaN. */
  readonly shape?: readonly number[];
  /** Its dimensions are those of nested arrays, which are in our order. */
  readonly nested?: true;
}

export interface CheckedInput {
  readonly info: InputInfo;
  /** Flat, row-major `[batch][time][features]`. */
  readonly data: Numbers;
  readonly batch: number;
  /** 1 for a vector. */
  readonly time: number;
}

/** A shape has no more dimensions. */
const MOST_DIMENSIONS = 16;

/**
 * Reads an input, each number once.
 * @throws {InputError} wrong type, ragged, or an element that is no number.
 */
export function readInput({ name, dtype }: InputInfo, input: unknown): ReadInput {
  const where = `input ${describe(name)}`;
  const meaning = dtype === 'int32' ? 'ids' : 'features';
  const length = listLength(input, meaning);
  if (length !== undefined) {
    const first = firstOf(input);
    if (listLength(first, meaning) !== undefined) return readNested(input, length, first, meaning, where);
    return { data: readNumbers(input, length, meaning, where, first) };
  }
  const { data, shape } = (input ?? {}) as Partial<Tensor>;
  const count = listLength(data, meaning);
  if (count === undefined || !Array.isArray(shape)) {
    badInput(where, 'wrong type', 'numbers, nested arrays of numbers, or { data, shape }', describe(input));
  }
  const dimensions = Math.min(shape.length, MOST_DIMENSIONS + 1);
  const sizes = Array.from({ length: dimensions }, (_, axis) => {
    const size: unknown = shape[axis];
    return typeof size === 'number' ? size : Number.NaN;
  });
  return { data: readNumbers(data, count, meaning, where), shape: sizes };
}

/** Nested arrays, four deep at most; numbers stand as deep as the first one does. */
function readNested(input: unknown, count: number, first: unknown, meaning: Meaning, where: string): ReadInput {
  const shape: number[] = [];
  const data: number[] = [];
  let deepest = 4;
  const ragged = (depth: number, got: unknown): never =>
    badInput(where, 'ragged array', `${shape[depth]} entries at depth ${depth}`, describe(got));
  const walk = (list: ArrayLike<unknown>, length: number, depth: number): void => {
    shape[depth] ??= length;
    if (length !== shape[depth]) ragged(depth, length);
    refuseBytes(list, meaning, where);
    for (let i = 0; i < length; i++) {
      const item = depth === 0 && i === 0 ? first : list[i];
      const inner = depth + 1 < deepest ? listLength(item, meaning) : undefined;
      if (inner !== undefined) walk(item as ArrayLike<unknown>, inner, depth + 1);
      else if (depth + 1 < shape.length) ragged(depth + 1, item);
      else {
        const number = typeof item === 'bigint' && arrayType(list) ? Number(item) : item;
        if (typeof number !== 'number') badInput(where, 'not a number', `a number at ${i}`, describe(item));
        data.push(number);
        deepest = depth + 1;
      }
    }
  };
  walk(input as ArrayLike<unknown>, count, 0);
  return { data: meaning === 'ids' ? new Float64Array(data) : new Float32Array(data), shape, nested: true };
}

/**
 * Checks length, shape and token ids of an input that has been read.
 * @param layout the axes of its file, for one that comes with a shape.
 * @param batch that it must have, if it is known; 1 for a flat one otherwise.
 * @throws {InputError} with expected and got.
 */
export function checkInput(
  info: InputInfo,
  layout: ValueLayout | undefined,
  { data, shape, nested }: ReadInput,
  batch: number | undefined,
): CheckedInput {
  const where = `input ${describe(info.name)}`;
  const own = nested ? undefined : layout;
  const sizes = shape ? fromShape(info, own, data, shape, batch, where) : fromLength(info, data, batch ?? 1, where);
  const rows = layout?.batch;
  if (nested && batch === undefined && rows !== undefined && sizes.batch !== rows)
    badInput(where, 'another batch', `${rows}, as in the file; { data, shape } has its order`, `${sizes.batch}`);
  if (info.dtype === 'int32') checkIds(data, info.vocabulary, where);
  return { info, data: shape && own ? turn(data, own, sizes) : data, ...sizes };
}

/** @throws {InputError} not a whole number of at least 1. */
export function checkBatch(batch: unknown): number {
  if (!Number.isSafeInteger(batch) || (batch as number) < 1) {
    badInput('batch', 'not a batch size', 'a whole number of at least 1', describe(batch));
  }
  return batch as number;
}

/** @throws {InputError} an id that is not a whole number in `[0, vocabulary)`. */
export function checkIds(data: Numbers, vocabulary: number, where: string): void {
  for (let i = 0; i < data.length; i++) {
    const id = data[i] as number;
    if (!(id >= 0 && id < vocabulary && Number.isInteger(id))) {
      badInput(where, 'not a token id', `a whole number in [0, ${vocabulary}) at ${i}`, describe(id));
    }
  }
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
function turn(data: Numbers, { axes }: ValueLayout, sizes: Sizes): Numbers {
  const places = placesOf(axes, sizes);
  if (!places) return data;
  const turned = new Float64Array(data.length);
  for (let i = 0; i < places.length; i++) turned[places[i] as number] = data[i] as number;
  return turned;
}
