import type { Budget } from '../../shared/budget.js';
import { refuse } from '../../shared/refuse.js';
import { isSym, type Num, sameNum, showSize } from '../num.js';
import { type Constant, constant, type Filled, INT64 } from '../value.js';
import { arrayOf, newNumbers, type TypedNumbers } from '../whole-types.js';
import { once } from './once.js';

// Constants walked element by element: shapes, strides, and arrays made of parts of others.

/** Most numbers that folding makes in one step, whatever the budget is. */
const MOST = 2 ** 26;

/** Where numbers are made, and what they are drawn on. */
export interface Site {
  readonly where: string;
  readonly budget: Budget;
}

export const lengthOf = (dims: readonly number[]): number => dims.reduce((product, n) => product * n, 1);

/** How many numbers a shape has, which are drawn on the budget. @throws {ImportError} too many, or no shape. */
export function bounded({ where, budget }: Site, dims: readonly number[], type = INT64): number {
  const length = lengthOf(dims);
  // What is made of an axis beside one of size 0 has its size.
  const most = lengthOf(dims.map((n) => Math.max(1, n)));
  if (!(most <= MOST) || dims.some((n) => !Number.isSafeInteger(n) || n < 0))
    refuse(where, 'too many numbers', `at most ${MOST}`, `[${dims}]`);
  budget.bytes(most * arrayOf(type).BYTES_PER_ELEMENT, where);
  budget.operations(length, where);
  return length;
}

/** Row-major strides. */
export const stridesOf = (dims: readonly number[]): number[] => dims.map((_, axis) => lengthOf(dims.slice(axis + 1)));

/** The same, 0 along axes of size 1, so that they broadcast. */
export const broadcastStrides = (dims: readonly number[]): number[] =>
  stridesOf(dims).map((stride, axis) => (dims[axis] === 1 ? 0 : stride));

/** Visits the elements of an array of `dims` in order, each with its place by other strides. */
export function walk(
  dims: readonly number[],
  strides: readonly number[],
  offset: number,
  visit: (from: number, to: number) => void,
): void {
  const length = lengthOf(dims);
  const index = dims.map(() => 0);
  let from = offset;
  for (let to = 0; to < length; to++) {
    visit(from, to);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (dims[axis] as number)) break;
      from -= (strides[axis] as number) * (dims[axis] as number);
      index[axis] = 0;
    }
  }
}

/** Elements of x picked by strides: transposes, slices, broadcasts. */
export function pick(
  site: Site,
  x: Constant,
  dims: readonly number[],
  strides: readonly number[],
  offset = 0,
): Constant {
  const data = once(x.data, `${x.type}: [${dims}] by [${strides}] from ${offset}`, () => {
    const length = bounded(site, dims, x.type);
    const picked: Num[] | TypedNumbers = Array.isArray(x.data) ? new Array<Num>(length) : newNumbers(x.type, length);
    walk(dims, strides, offset, (from, to) => {
      picked[to] = x.data[from] as number;
    });
    return picked;
  });
  return constant(dims, data, x.type);
}

/** Sizes of two shapes side by side, as numpy has it: aligned at the end, a size of 1 goes with any. */
export function broadcast(where: string, a: readonly Num[], b: readonly Num[]): Num[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (n === 1 || sameNum(m, n)) return m;
    if (m === 1) return n;
    return refuse(where, 'shapes that do not go together', `[${a.map(showSize)}]`, `[${b.map(showSize)}]`);
  });
}

/** A constant repeated along its axes of size 1. */
export function expand(site: Site, x: Constant, dims: readonly number[]): Constant {
  const full = broadcast(site.where, x.dims, dims) as number[];
  if (full.length === x.dims.length && full.every((n, axis) => n === x.dims[axis])) return x;
  const own = broadcastStrides(x.dims);
  return pick(site, x, full, [...Array(full.length - own.length).fill(0), ...own]);
}

/** An array of results: floats rounded to float32, whole numbers in the width of their type. */
export function typed(dims: readonly number[], data: Num[], type: number): Constant {
  if (data.some(isSym)) return constant(dims, data, type);
  const numbers = newNumbers(type, data.length);
  numbers.set(data as number[]);
  return constant(dims, numbers, type);
}

/** One number everywhere; a constant if its shape is known. */
export function filled(site: Site, dims: readonly Num[], number: Num, type: number): Constant | Filled {
  if (dims.some(isSym)) return { kind: 'filled', dims, value: number, type };
  const length = bounded(site, dims as number[], type);
  const data = isSym(number) ? new Array<Num>(length).fill(number) : newNumbers(type, length).fill(number);
  return constant(dims as number[], data, type);
}

/** The nearest whole number, of two as near the even one. */
export function toEven(x: number): number {
  const nearest = Math.round(x);
  return nearest - x === 0.5 ? 2 * Math.round(x / 2) : nearest;
}
