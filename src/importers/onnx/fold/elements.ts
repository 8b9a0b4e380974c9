import { refuse } from '../../shared/refuse.js';
import { isSym, type Num, sameNum, showSize } from '../num.js';
import { isFloatType } from '../tensor.js';
import { type Constant, constant, type Filled } from '../value.js';

// Constants walked element by element: shapes, strides, and arrays made of parts of others.

/** Most numbers that folding makes in one step: a file of a few bytes must not fill the memory. */
const MOST = 2 ** 26;

export const lengthOf = (dims: readonly number[]): number => dims.reduce((product, n) => product * n, 1);

export function bounded(where: string, dims: readonly number[]): number {
  const length = lengthOf(dims);
  if (!(length <= MOST) || dims.some((n) => !Number.isSafeInteger(n) || n < 0))
    refuse(where, 'too many numbers', `at most ${MOST}`, `[${dims}]`);
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
  where: string,
  x: Constant,
  dims: readonly number[],
  strides: readonly number[],
  offset = 0,
): Constant {
  const length = bounded(where, dims);
  const data: Num[] | Float32Array = x.data instanceof Float32Array ? new Float32Array(length) : new Array<Num>(length);
  walk(dims, strides, offset, (from, to) => {
    data[to] = x.data[from] as number;
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
export function expand(where: string, x: Constant, dims: readonly number[]): Constant {
  const full = broadcast(where, x.dims, dims) as number[];
  const own = broadcastStrides(x.dims);
  return pick(where, x, full, [...Array(full.length - own.length).fill(0), ...own]);
}

/** An array of results: floats rounded to float32, others as they are. */
export const typed = (dims: readonly number[], data: Num[], type: number): Constant =>
  constant(dims, isFloatType(type) && !data.some(isSym) ? Float32Array.from(data as number[]) : data, type);

/** One number everywhere; a constant if its shape is known. */
export function filled(dims: readonly Num[], number: Num, type: number): Constant | Filled {
  if (dims.some(isSym)) return { kind: 'filled', dims, value: number, type };
  const length = bounded('ConstantOfShape', dims as number[]);
  return constant(
    dims as number[],
    isFloatType(type) && !isSym(number) ? new Float32Array(length).fill(number) : new Array<Num>(length).fill(number),
    type,
  );
}
