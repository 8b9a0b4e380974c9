import { ImportError } from '../../errors.js';
import { type FileBytes, viewBytes } from './bytes.js';
import { fromHalf } from './dtypes.js';
import { readZip } from './zip.js';

/** An array of numbers, row-major. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** How one element is read, by NumPy's letter and size. */
const READERS: Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>> = {
  f2: (view, at, little) => fromHalf(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  b1: (view, at) => view.getUint8(at),
};

const HEADER = /^\{'descr': '([<>|=])([fiub])(\d+)', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\),? *\}\s*$/;

/**
 * The header of a NumPy array file (`.npy`, format 1.0 to 3.0), and the byte behind it.
 * @throws {ImportError} other bytes.
 */
export function npyHeader(view: Uint8Array, where: string): { header: string; begin: number } {
  const refuse = (message: string, expected: string, got: string): never => {
    throw new ImportError(message, { where, expected, got });
  };
  if (view.length < 10 || String.fromCharCode(...view.subarray(0, 6)) !== '\x93NUMPY')
    refuse('not a NumPy array', 'the magic \\x93NUMPY', 'other bytes');
  const data = new DataView(view.buffer, view.byteOffset, view.length);
  const major = view[6] as number;
  if (major < 1 || major > 3) refuse('a format that is not read', '1 to 3', `${major}`);
  const start = major === 1 ? 10 : 12;
  const length = major === 1 ? data.getUint16(8, true) : view.length >= 12 ? data.getUint32(8, true) : Infinity;
  const begin = start + length;
  if (begin > view.length) refuse('truncated', `${begin} bytes of header`, `${view.length}`);
  return { header: new TextDecoder().decode(view.slice(start, begin)), begin };
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

/** The numbers of an array. @throws {ImportError} an element type that is no number, a size that does not fit. */
export function readNumbers(bytes: Uint8Array, { type, little, fortran, shape }: Layout, where: string): NamedArray {
  const refuse = (message: string, expected: string, got: string): never => {
    throw new ImportError(message, { where, expected, got });
  };
  const read =
    (Object.hasOwn(READERS, type) ? READERS[type] : undefined) ??
    refuse('a type that is not read', Object.keys(READERS).join(', '), type);
  const count = shape.reduce((product, n) => product * n, 1);
  const bytesEach = Number(type.slice(1));
  if (count * bytesEach !== bytes.length)
    refuse('wrong size', `${count * bytesEach} bytes for (${shape.join(', ')})`, `${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const numbers = Float32Array.from({ length: count }, (_, i) => read(view, i * bytesEach, little));
  return { shape, data: fortran ? rowMajor(numbers, shape) : numbers };
}

/**
 * A NumPy array file, as float32.
 * @throws {ImportError} other bytes, an element type that is no number, a size that does not fit.
 */
export function readNpy(bytes: FileBytes, where = 'file'): NamedArray {
  const view = viewBytes(bytes);
  const { header, begin } = npyHeader(view, where);
  const match = HEADER.exec(header);
  if (!match)
    throw new ImportError('a header that is not read', {
      where,
      expected: 'one array of plain numbers',
      got: header.slice(0, 80),
    });
  const [, order, letter, size, fortran, dims] = match as unknown as [string, string, string, string, string, string];
  const shape = dims
    .split(',')
    .map((n) => n.trim())
    .filter((n) => n !== '')
    .map(Number); // prettier-ignore
  const layout = { type: `${letter}${size}`, little: order !== '>', fortran: fortran === 'True', shape };
  return readNumbers(view.subarray(begin), layout, where);
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
  const entries = [...readZip(bytes)];
  for (const [name] of entries) {
    if (!name.endsWith('.npy'))
      throw new ImportError('not an archive of arrays', {
        where: `zip entry ${JSON.stringify(name)}`,
        expected: '.npy entries',
        got: name,
      });
  }
  return new Map(
    entries.map(([name, data]) => [name.slice(0, -4), readNpy(data, `array ${JSON.stringify(name.slice(0, -4))}`)]),
  );
}
