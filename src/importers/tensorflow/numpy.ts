import type { FileBytes } from '../formats/bytes.js';
import { viewBytes } from '../formats/bytes.js';
import * as npy from '../formats/npy.js';
import { Budget } from '../shared/budget.js';
import { refuseOptions } from '../shared/fields.js';
import { type ImportOptions, limitsOf } from '../shared/limits.js';

/**
 * A NumPy array file (`.npy`), as float32.
 * @param where its name in errors.
 * @throws {ImportError} other bytes, an element type that is no number, a size that does not fit, a number that float32 does not hold;
 *   more than `limits` allow.
 */
export function readNpy(bytes: FileBytes, where = 'file', options: ImportOptions = {}): npy.NamedArray {
  // Options in the place of the name are no options.
  refuseOptions(where);
  return npy.readNpy(bytes, where, new Budget(viewBytes(bytes).length, limitsOf(options)));
}

/** The arrays of an `.npz` archive by name. @throws {ImportError} as `readNpy` says; an entry that is no array. */
export function readNpz(bytes: FileBytes): Map<string, npy.NamedArray>;
export function readNpz(bytes: FileBytes, options: ImportOptions): Map<string, npy.NamedArray>;
export function readNpz(bytes: FileBytes, options: ImportOptions = {}): Map<string, npy.NamedArray> {
  return npy.readNpz(bytes, new Budget(viewBytes(bytes).length, limitsOf(options)));
}
