import { refuse } from '../refuse.js';
import { type FileBytes, viewBytes } from './bytes.js';
import { elementsOf, sizeOf, toFloats } from './elements.js';
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
 * A NumPy array file (`.npy`, format 1.0 to 3.0), as float32.
 * @throws {ImportError} other bytes, an element type that is no number, a size that does not fit, a number that float32 does not hold.
 */
export function readNpy(bytes: FileBytes, where = 'file'): NamedArray {
  const { shape, data } = openNpy(bytes, where);
  return { shape, data };
}

function openNpy(bytes: FileBytes, where: string): NamedArray {
  const file = viewBytes(bytes);
  if (file.length < 12 || String.fromCharCode(...file.subarray(0, 6)) !== '\x93NUMPY')
    refuse(where, 'not a NumPy array', 'the magic \\x93NUMPY', 'other bytes');
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const major = file[6] as number;
  if (major < 1 || major > 3) refuse(where, 'a format that is not read', '1 to 3', `${major}`);
  const start = major === 1 ? 10 : 12;
  const begin = start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (begin > file.length) refuse(where, 'truncated', `${begin} bytes of header`, `${file.length}`);
  const header = new TextDecoder().decode(file.slice(start, begin));
  const match =
    HEADER.exec(header) ??
    refuse(where, 'a header that is not read', 'one array of plain numbers', header.slice(0, 80));
  const [, order, letter, bytesEach, fortran, dims = ''] = match;
  const each = Number(bytesEach);
  const dtype = letter === 'b' ? 'BOOL' : `${letter?.toUpperCase()}${8 * each}`;
  if (sizeOf(dtype) !== each)
    refuse(where, 'a type that is not read', 'f2 to f8, i1 to i8, u1 to u8, b1', `${letter}${each}`);
  const shape = (dims.match(/\d+/g) ?? []).map(Number);
  const size = shape.reduce((product, n) => product * n, each);
  if (begin + size !== file.length)
    refuse(where, 'wrong size', `${size} bytes for (${shape.join(', ')})`, `${file.length - begin}`);
  return lazily(shape, () => {
    const data = file.slice(begin);
    if (order === '>') for (let at = 0; at < size; at += each) data.subarray(at, at + each).reverse();
    const numbers = toFloats(elementsOf(data, dtype, where), dtype, where);
    return fortran === 'True' ? rowMajor(numbers, shape) : numbers;
  });
}

/** Columns first to rows first. */
function rowMajor(data: Float32Array, shape: readonly number[]): Float32Array {
  const out = new Float32Array(data.length);
  const at = shape.map(() => 0);
  for (const value of data) {
    out[at.reduce((flat, coordinate, axis) => flat * (shape[axis] as number) + coordinate, 0)] = value;
    for (let axis = 0; axis < shape.length; axis++) {
      at[axis] = (at[axis] as number) + 1;
      if ((at[axis] as number) < (shape[axis] as number)) break;
      at[axis] = 0;
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
