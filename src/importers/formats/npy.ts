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
 * A NumPy array file (`.npy`, format 1.0 to 3.0), as float32.
 * @throws {ImportError} other bytes, an element type that is no number, a size that does not fit.
 */
export function readNpy(bytes: FileBytes, where = 'file'): NamedArray {
  const view = viewBytes(bytes);
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
  const header = new TextDecoder().decode(view.slice(start, begin));
  const match =
    HEADER.exec(header) ?? refuse('a header that is not read', 'one array of plain numbers', header.slice(0, 80));
  const [, order, letter, size, fortran, dims] = match as unknown as [string, string, string, string, string, string];
  const read =
    READERS[`${letter}${size}`] ??
    refuse('a type that is not read', Object.keys(READERS).join(', '), `${letter}${size}`);
  const shape = dims
    .split(',')
    .map((n) => n.trim())
    .filter((n) => n !== '')
    .map(Number); // prettier-ignore
  const count = shape.reduce((product, n) => product * n, 1);
  const bytesEach = Number(size);
  if (begin + count * bytesEach !== view.length)
    refuse('wrong size', `${count * bytesEach} bytes for (${shape.join(', ')})`, `${view.length - begin}`);
  const little = order !== '>';
  const numbers = Float32Array.from({ length: count }, (_, i) => read(data, begin + i * bytesEach, little));
  return { shape, data: fortran === 'True' ? rowMajor(numbers, shape) : numbers };
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
