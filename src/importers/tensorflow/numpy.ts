import type { FileBytes } from '../formats/bytes.js';
import * as npy from '../formats/npy.js';
import { refuseOptions } from '../shared/fields.js';

/**
 * A NumPy array file (`.npy`), as float32.
 * @param where its name in errors.
 * @throws {ImportError} other bytes, an element type that is no number, a size that does not fit, a number that float32 does not hold.
 */
export function readNpy(bytes: FileBytes, where = 'file'): npy.NamedArray {
  refuseOptions(where);
  return npy.readNpy(bytes, where);
}

/** The arrays of an `.npz` archive by name. @throws {ImportError} as `readNpy` says; an entry that is no array. */
export function readNpz(bytes: FileBytes): Map<string, npy.NamedArray>;
export function readNpz(bytes: FileBytes, options?: unknown): Map<string, npy.NamedArray> {
  refuseOptions(options);
  return npy.readNpz(bytes);
}
