import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { fromBrain, fromHalf } from './half.js';
import { show } from './json.js';

/** Elements as the file has them; F16 and BF16 as bits. */
export type Elements =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint16Array
  | Uint32Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array;

interface ElementArray {
  readonly BYTES_PER_ELEMENT: number;
  new (memory: ArrayBuffer): unknown;
}

/**
 * Stored types by safetensors' names, and the arrays that hold their elements: files are little-endian, and so is every machine
 * that runs WebAssembly. The 8-bit and smaller floats carry scales elsewhere and are left out.
 */
const ARRAYS: ReadonlyMap<string, ElementArray> = new Map<string, ElementArray>([
  ['F64', Float64Array],
  ['F32', Float32Array],
  ['F16', Uint16Array],
  ['BF16', Uint16Array],
  ['I64', BigInt64Array],
  ['U64', BigUint64Array],
  ['I32', Int32Array],
  ['U32', Uint32Array],
  ['I16', Int16Array],
  ['U16', Uint16Array],
  ['I8', Int8Array],
  ['U8', Uint8Array],
  ['BOOL', Uint8Array],
]);

export const DTYPE_NAMES: readonly string[] = [...ARRAYS.keys()];
export const isFloatType = (dtype: string): boolean => dtype.includes('F');

/** Bytes of one element; undefined for a type that is not read. */
export const bytesPerElement = (dtype: string): number | undefined => ARRAYS.get(dtype)?.BYTES_PER_ELEMENT;

/** A copy of the bytes, so of any alignment and kind of memory. @throws {ImportError} a type that is not read. */
export function elementsOf(bytes: Uint8Array, dtype: string, where: string, budget?: Budget): Elements {
  const Typed = ARRAYS.get(dtype);
  if (!Typed) refuse(where, 'a type that is not read', DTYPE_NAMES.join(', '), show(dtype));
  budget?.bytes(bytes.length, where);
  return new Typed(bytes.slice().buffer) as Elements;
}

/** All 65,536 numbers of a type of 16 bits. */
const tables = new Map<string, Float32Array>();

/** By table, several times faster than one conversion per element. */
function looked(bits: Uint16Array, dtype: string): Float32Array {
  const convert = dtype === 'F16' ? fromHalf : fromBrain;
  const table = tables.get(dtype) ?? Float32Array.from({ length: 65536 }, (_, word) => convert(word));
  tables.set(dtype, table);
  const data = new Float32Array(bits.length);
  for (let k = 0; k < data.length; k++) data[k] = table[bits[k] as number] as number;
  return data;
}

/**
 * As float32: F64 is rounded, all others are exact. F32 is given back as it is.
 * @throws {ImportError} an integer that float32 does not hold, a number beyond its range.
 */
export function toFloats(elements: Elements, dtype: string, where: string, budget?: Budget): Float32Array {
  if (elements instanceof Float32Array) return elements;
  budget?.bytes(4 * elements.length, where);
  if (dtype.endsWith('F16')) return looked(elements as Uint16Array, dtype);
  const data = new Float32Array(elements.length);
  const floats = isFloatType(dtype);
  for (let k = 0; k < data.length; k++) {
    const element = elements[k] as number;
    data[k] = Number(element);
    const kept = data[k] as number;
    // Comparisons of a BigInt with a number are exact.
    if (floats ? !Number.isFinite(kept) && Number.isFinite(element) : kept < element || kept > element)
      refuse(where, `element ${k} does not fit float32`, 'a value that float32 holds', `${element} (${dtype})`);
  }
  return data;
}
