import { refuse } from '../shared/refuse.js';

// The numbers of constants stand in arrays of their type's width. Whole numbers of 64 bits stand in float64, which holds them exactly up
// to 2^53; beyond, exporters have only ends of ranges ("to the end"), which are taken as they are and not computed with.

export type TypedNumbers =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | Uint32Array;

interface TypedArray {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): TypedNumbers;
}

interface WholeType {
  readonly bits: number;
  readonly signed: boolean;
  readonly array: TypedArray;
}

/** By TensorProto.DataType. */
const WHOLE: ReadonlyMap<number, WholeType> = new Map([
  [2, { bits: 8, signed: false, array: Uint8Array }],
  [3, { bits: 8, signed: true, array: Int8Array }],
  [4, { bits: 16, signed: false, array: Uint16Array }],
  [5, { bits: 16, signed: true, array: Int16Array }],
  [6, { bits: 32, signed: true, array: Int32Array }],
  [7, { bits: 64, signed: true, array: Float64Array }],
  [12, { bits: 32, signed: false, array: Uint32Array }],
  [13, { bits: 64, signed: false, array: Float64Array }],
  [21, { bits: 4, signed: false, array: Uint8Array }],
  [22, { bits: 4, signed: true, array: Int8Array }],
  [25, { bits: 2, signed: false, array: Uint8Array }],
  [26, { bits: 2, signed: true, array: Int8Array }],
]);
const BOOL = 9;
const FLOATS = [1, 10, 11, 16];

/** The array that holds numbers of a type. */
export const arrayOf = (type: number): TypedArray =>
  FLOATS.includes(type) ? Float32Array : type === BOOL ? Uint8Array : (WHOLE.get(type)?.array ?? Float64Array);

export const newNumbers = (type: number, length: number): TypedNumbers => new (arrayOf(type))(length);

const inexact = (where: string, n: number | bigint): never =>
  refuse(where, 'computes with whole numbers beyond 2^53', 'smaller ones', `${n}`);

/** Whether a number is one of a type of whole numbers, and exact. */
function holds({ bits, signed }: WholeType, n: number): boolean {
  const [low, high] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1)] : [0, 2 ** bits];
  return Number.isSafeInteger(n) && n >= low && n < high;
}

/** A whole number in the width of a type: the bits beyond it are lost, as ONNX has it. Floats are left as they are. */
export function wrapped(where: string, type: number, n: number): number {
  const whole = WHOLE.get(type);
  if (!whole || holds(whole, n)) return n === 0 ? 0 : n;
  if (!Number.isSafeInteger(n)) return inexact(where, n);
  return narrowed(where, whole, BigInt(n));
}

function narrowed(where: string, { bits, signed }: WholeType, n: bigint): number {
  const kept = signed ? BigInt.asIntN(bits, n) : BigInt.asUintN(bits, n);
  return Number.isSafeInteger(Number(kept)) ? Number(kept) : inexact(where, kept);
}

const EXACT: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  __proto__: null as never,
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Pow: power,
};

/** By squaring, of the last 64 bits. */
function power(a: bigint, b: bigint): bigint {
  let [result, base] = [1n, a];
  for (let left = b; left > 0n; left >>= 1n) {
    if (left & 1n) result = BigInt.asIntN(64, result * base);
    base = BigInt.asIntN(64, base * base);
  }
  return result;
}

/**
 * The result of an operator on two whole numbers, in their type's width.
 * @param n the result in floating point.
 * @throws {ImportError} numbers beyond 2^53, which are not known exactly.
 */
export function exactResult(where: string, operator: string, type: number, a: number, b: number, n: number): number {
  const whole = WHOLE.get(type);
  if (!whole) return n;
  for (const operand of [a, b])
    if (Number.isInteger(operand) && !Number.isSafeInteger(operand)) inexact(where, operand);
  const cut = Number.isFinite(n) ? Math.trunc(n) : n;
  const exact = Number.isInteger(a) && Number.isInteger(b) ? EXACT[operator] : undefined;
  if (holds(whole, cut) || !exact || (operator === 'Pow' && b < 0)) return wrapped(where, type, cut);
  return narrowed(where, whole, exact(BigInt(a), BigInt(b)));
}

/** A number as another type has it. @throws {ImportError} a float beyond the type, of which ONNX does not say what becomes. */
export function castNumber(where: string, from: number, to: number, n: number): number {
  if (to === BOOL) return Number(n !== 0);
  const whole = WHOLE.get(to);
  if (!whole || (from === to && Number.isInteger(n))) return n;
  const cut = Math.trunc(n);
  if (FLOATS.includes(from) && !holds(whole, cut))
    refuse(where, 'a cast of a number that the type does not hold', `${whole.bits} bits`, `${n}`);
  return wrapped(where, to, cut);
}

/** Numbers in the array of their type. @throws {ImportError} one that the type does not hold. */
export function ofType(where: string, type: number, data: ArrayLike<number>): TypedNumbers {
  const numbers = newNumbers(type, data.length);
  numbers.set(data);
  if (WHOLE.has(type))
    for (let i = 0; i < data.length; i++)
      if (numbers[i] !== data[i])
        refuse(where, `element ${i} is beyond its type`, 'a number that the type holds', `${data[i]}`);
  return numbers;
}
