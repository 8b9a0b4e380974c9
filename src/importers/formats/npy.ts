import { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { type FileBytes, viewBytes } from './bytes.js';
import { bytesPerElement, elementsOf, toFloats } from './elements.js';
import { readZip } from './zip.js';

/** An array of numbers, row-major. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** NumPy's own bounds: on a header that it reads without being told to trust it, and on axes. */
const MOST_HEADER = 10_000;
const MOST_AXES = 64;
const HEADER = /^\{'descr': '([<>|=])([fiub])(\d+)', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\),? *\}\s*$/;

/** An array whose numbers are read when they are asked for: what a model does not use may be of any type and size. */
export function lazily(shape: readonly number[], read: () => Float32Array): NamedArray {
  let known: Float32Array | undefined;
  return {
    shape,
    get data() {
      known ??= read();
      return known;
    },
  };
}

/**
 * The header of a NumPy array file (`.npy`, format 1.0 to 3.0), and the byte behind it.
 * @throws {ImportError} other bytes.
 */
export function npyHeader(file: Uint8Array, where: string): { header: string; begin: number } {
  if (file.length < 12 || String.fromCharCode(...file.subarray(0, 6)) !== '\x93NUMPY')
    refuse(where, 'not a NumPy array', 'the magic \\x93NUMPY', 'other bytes');
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const major = file[6] as number;
  if (major < 1 || major > 3) refuse(where, 'a format that is not read', '1 to 3', `${major}`);
  const start = major === 1 ? 10 : 12;
  const begin = start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (begin > file.length) refuse(where, 'truncated', `${begin} bytes of header`, `${file.length}`);
  if (begin > MOST_HEADER) refuse(where, 'a header too long', `at most ${MOST_HEADER} bytes`, `${begin}`);
  return { header: new TextDecoder().decode(file.slice(start, begin)), begin };
}

/** How an array's bytes are to be read. */
export interface Layout {
  /** NumPy's letter and size, as `f4`. */
  readonly type: string;
  readonly little: boolean;
  /** Columns first. */
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/**
 * The numbers of an array, read when they are asked for.
 * @throws {ImportError} an element type that is no number, a size that does not fit; when read, a number that float32 does not hold.
 */
export function readNumbers(
  bytes: Uint8Array,
  { type, little, fortran, shape }: Layout,
  where: string,
  budget?: Budget,
): NamedArray {
  if (shape.length > MOST_AXES) refuse(where, 'too many axes', `at most ${MOST_AXES}`, `${shape.length}`);
  const each = Number(type.slice(1));
  const dtype = type[0] === 'b' ? 'BOOL' : `${type[0]?.toUpperCase()}${8 * each}`;
  if (!/^[fiub]/.test(type) || bytesPerElement(dtype) !== each)
    refuse(where, 'a type that is not read', 'f2 to f8, i1 to i8, u1 to u8, b1', type);
  const size = shape.reduce((product, n) => product * n, each);
  if (size !== bytes.length) refuse(where, 'wrong size', `${size} bytes for (${shape.join(', ')})`, `${bytes.length}`);
  return lazily(shape, () => {
    const data = little ? bytes : swapped(bytes, each, where, budget);
    const numbers = toFloats(elementsOf(data, dtype, where, budget), dtype, where, budget);
    if (!fortran) return numbers;
    budget?.bytes(numbers.byteLength, where);
    return rowMajor(numbers, shape);
  });
}

/**
 * A NumPy array file, as float32.
 * @throws {ImportError} other bytes, an element type that is no number, a size that does not fit, a number that float32 does not hold.
 */
export function readNpy(bytes: FileBytes, where = 'file', budget?: Budget): NamedArray {
  const { shape, data } = openNpy(bytes, where, budget ?? new Budget(viewBytes(bytes).length));
  return { shape, data };
}

/**
 * What the header of a NumPy array file says of the bytes behind it, and where these begin.
 * @param file at least the header.
 * @throws {ImportError} other bytes, anything but one array of plain numbers.
 */
export function npyLayout(file: Uint8Array, where: string): { layout: Layout; begin: number } {
  const { header, begin } = npyHeader(file, where);
  const match =
    HEADER.exec(header) ??
    refuse(where, 'a header that is not read', 'one array of plain numbers', header.slice(0, 80));
  const [, order, letter, size, fortran, dims = ''] = match;
  const shape = (dims.match(/\d+/g) ?? []).map(Number);
  return { layout: { type: `${letter}${size}`, little: order !== '>', fortran: fortran === 'True', shape }, begin };
}

function openNpy(bytes: FileBytes, where: string, budget: Budget): NamedArray {
  const file = viewBytes(bytes);
  const { layout, begin } = npyLayout(file, where);
  return readNumbers(file.subarray(begin), layout, where, budget);
}

/** A copy whose elements have their bytes in the other order. */
function swapped(bytes: Uint8Array, each: number, where: string, budget?: Budget): Uint8Array {
  budget?.bytes(bytes.length, where);
  const out = new Uint8Array(bytes.length);
  for (let k = 0; k < out.length; k++) out[k] = bytes[k - (k % each) + each - 1 - (k % each)] as number;
  return out;
}

/** Columns first to rows first. */
function rowMajor(data: Float32Array, shape: readonly number[]): Float32Array {
  const out = new Float32Array(data.length);
  // Axes of length 1 say nothing about where an element stands.
  const sizes = shape.filter((size) => size !== 1);
  const coordinates = sizes.map(() => 0);
  const strides = sizes.map((_, axis) => sizes.slice(axis + 1).reduce((product, n) => product * n, 1));
  let to = 0;
  for (const value of data) {
    out[to] = value;
    for (let axis = 0; axis < sizes.length; axis++) {
      const [size, stride] = [sizes[axis], strides[axis]] as [number, number];
      coordinates[axis] = (coordinates[axis] as number) + 1;
      to += stride;
      if ((coordinates[axis] as number) < size) break;
      coordinates[axis] = 0;
      to -= size * stride;
    }
  }
  return out;
}

/** The arrays of an `.npz` archive by name. @throws {ImportError} */
export function readNpz(bytes: FileBytes, budget = new Budget(viewBytes(bytes).length)): Map<string, NamedArray> {
  const arrays = new Map<string, NamedArray>();
  for (const [file, data] of readZip(bytes, { budget })) {
    const name = JSON.stringify(file.slice(0, -4));
    if (!file.endsWith('.npy'))
      refuse(`zip entry ${JSON.stringify(file)}`, 'not an archive of arrays', '.npy entries', file);
    arrays.set(file.slice(0, -4), openNpy(data, `array ${name}`, budget));
  }
  return arrays;
}
