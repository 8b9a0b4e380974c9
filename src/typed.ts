// Typed arrays as they are inside: those of another realm are no different, and nothing runs that a caller has put on top of one
// (a subclass, an own `length`, a proxy).

/** Numbers of a caller's, read once: an array that nothing hangs on. Features as float32; token ids as float64, which holds them all. */
export type Numbers = Float32Array | Float64Array;

/** Results: memory of their own, which may be passed on and transferred. */
export type Floats = Float32Array<ArrayBuffer>;

const PROTOTYPE = Object.getPrototypeOf(Float32Array.prototype) as object;

const getter = <Value>(key: PropertyKey): ((this: unknown) => Value) =>
  Object.getOwnPropertyDescriptor(PROTOTYPE, key)?.get as (this: unknown) => Value;

const typeGetter = getter<string | undefined>(Symbol.toStringTag);
const lengthGetter = getter<number>('length');
const bufferGetter = getter<ArrayBuffer>('buffer');
const offsetGetter = getter<number>('byteOffset');
const setFloats = Float32Array.prototype.set;
const setDoubles = Float64Array.prototype.set;

/** `Float32Array`, …; undefined for what is no typed array. */
export const arrayType = (value: unknown): string | undefined => typeGetter.call(value);

/** Of a typed array. */
export const lengthOf = (array: unknown): number => lengthGetter.call(array);

/** Whether it is an object by whose keys something may be found: no list of numbers. */
export const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** Whether it is a Float32Array of exactly this length. */
export const isFloats = (value: unknown, length: number): value is Float32Array =>
  typeGetter.call(value) === 'Float32Array' && lengthGetter.call(value) === length;

/** Whether it is an Int32Array of exactly this length. */
export const isInts = (value: unknown, length: number): value is Int32Array =>
  typeGetter.call(value) === 'Int32Array' && lengthGetter.call(value) === length;

/** `out.set(data)`. @returns out. */
export function copyInts(data: Int32Array, out: Float64Array): Float64Array {
  setDoubles.call(out, data);
  return out;
}

/** The same memory, as an array of this realm with nothing on top. */
export const plainFloats = (array: unknown): Float32Array =>
  new Float32Array(bufferGetter.call(array), offsetGetter.call(array), lengthGetter.call(array));

/** A copy of a Uint8Array, or of all bytes of an ArrayBuffer. @throws {TypeError} neither. */
export const copyBytes = (given: unknown): Uint8Array<ArrayBuffer> =>
  arrayType(given) === 'Uint8Array'
    ? new Uint8Array(new Uint8Array(bufferGetter.call(given), offsetGetter.call(given), lengthGetter.call(given)))
    : // A DataView is of buffers alone, whatever else says that it is one.
      new Uint8Array(new DataView(given as ArrayBuffer).buffer).slice();

/** `out.set(data, to)`. */
export function copyFloats(data: Float32Array, out: Float32Array, to: number): void {
  setFloats.call(out, data, to);
}

/** The same memory, of an Int8Array. */
export const plainBytes = (array: unknown): Int8Array =>
  new Int8Array(bufferGetter.call(array), offsetGetter.call(array), lengthGetter.call(array));
