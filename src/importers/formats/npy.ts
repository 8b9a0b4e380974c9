import { refuse } from '../shared/refuse.js';
import { type FileBytes, viewBytes } from './bytes.js';
import { bytesPerElement, elementsOf, toFloats } from './elements.js';
import { readZip } from './zip.js';

/** An array of numbers, row-major. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

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
export function readNumbers(bytes: Uint8Array, { type, little, fortran, shape }: Layout, where: string): NamedArray {
  const each = Number(type.slice(1));
  const dtype = type[0] === 'b' ? 'BOOL' : `${type[0]?.toUpperCase()}${8 * each}`;
  if (!/^[fiub]/.test(type) || bytesPerElement(dtype) !== each)
    refuse(where, 'a type that is not read', 'f2 to f8, i1 to i8, u1 to u8, b1', type);
  const size = shape.reduce((product, n) => product * n, each);
  if (size !== bytes.length) refuse(where, 'wrong size', `${size} bytes for (${shape.join(', ')})`, `${bytes.length}`);
  return lazily(shape, () => {
    const data = little ? bytes : bytes.slice();
    if (!little)
      for (let coordinates = 0; coordinates < size; coordinates += each)
        data.subarray(coordinates, coordinates + each).reverse();
    const numbers = toFloats(elementsOf(data, dtype, where), dtype, where);
    return fortran ? rowMajor(numbers, shape) : numbers;
  });
}

/**
 * A NumPy array file, as float32.
 * @throws {ImportError} other bytes, an element type that is no number, a size that does not fit, a number that float32 does not hold.
 */
export function readNpy(bytes: FileBytes, where = 'file'): NamedArray {
  const { shape, data } = openNpy(bytes, where);
  return { shape, data };
}

function openNpy(bytes: FileBytes, where: string): NamedArray {
  const file = viewBytes(bytes);
  const { header, begin } = npyHeader(file, where);
  const match =
    HEADER.exec(header) ??
    refuse(where, 'a header that is not read', 'one array of plain numbers', header.slice(0, 80));
  const [, order, letter, size, fortran, dims = ''] = match;
  const shape = (dims.match(/\d+/g) ?? []).map(Number);
  const layout = { type: `${letter}${size}`, little: order !== '>', fortran: fortran === 'True', shape };
  return readNumbers(file.subarray(begin), layout, where);
}

/** Columns first to rows first. */
function rowMajor(data: Float32Array, shape: readonly number[]): Float32Array {
  const out = new Float32Array(data.length);
  const coordinates = shape.map(() => 0);
  for (const value of data) {
    out[coordinates.reduce((flat, coordinate, axis) => flat * (shape[axis] as number) + coordinate, 0)] = value;
    for (let axis = 0; axis < shape.length; axis++) {
      coordinates[axis] = (coordinates[axis] as number) + 1;
      if ((coordinates[axis] as number) < (shape[axis] as number)) break;
      coordinates[axis] = 0;
    }
  }
  return out;
}

/** The arrays of an `.npz` archive by name. @throws {ImportError} */
export function readNpz(bytes: FileBytes): Map<string, NamedArray> {
  const arrays = new Map<string, NamedArray>();
  for (const [file, data] of readZip(bytes)) {
    const name = JSON.stringify(file.slice(0, -4));
    if (!file.endsWith('.npy'))
      refuse(`zip entry ${JSON.stringify(file)}`, 'not an archive of arrays', '.npy entries', file);
    arrays.set(file.slice(0, -4), openNpy(data, `array ${name}`));
  }
  return arrays;
}
