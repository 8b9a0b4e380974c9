import type { FileBytes } from '../formats/bytes.js';
import { flattenNested } from '../formats/nested.js';
import { type NamedArray, readNpz } from '../formats/npy.js';
import { refuse } from '../shared/refuse.js';
import { readBundle } from './bundle.js';

/** A V2 checkpoint's files (also a SavedModel's `variables/`), an `.npz`, or arrays by name (nested lists, or numbers with a shape). */
export type TensorFlowSource =
  | { readonly index: FileBytes; readonly data: FileBytes | readonly FileBytes[] }
  | { readonly npz: FileBytes }
  | { readonly arrays: Readonly<Record<string, unknown>> };

/** @throws {ImportError} none of the three; a file as its reader says; lists that are no array. */
export function readSource(source: TensorFlowSource): Map<string, NamedArray> {
  if ('index' in source)
    return readBundle(source.index, Array.isArray(source.data) ? source.data : [source.data as FileBytes]);
  if ('npz' in source) return readNpz(source.npz);
  if (!('arrays' in source) || typeof source.arrays !== 'object' || source.arrays === null)
    return refuse('source', 'no arrays', '{ index, data }, { npz } or { arrays }');
  return new Map(Object.entries(source.arrays).map(([name, value]) => [name, plainArray(value, name)]));
}

function plainArray(value: unknown, name: string): NamedArray {
  const where = `array ${JSON.stringify(name)}`;
  const { data, shape, dim } = (typeof value === 'object' && value !== null ? value : {}) as {
    data?: unknown;
    shape?: unknown;
    dim?: unknown;
  };
  const dims = (shape ?? dim) as number[] | undefined;
  if (data === undefined || !Array.isArray(dims)) return flattenNested(value, where);
  const numbers = ArrayBuffer.isView(data) ? Float32Array.from(data as Float32Array) : flattenNested(data, where).data;
  const count = dims.reduce((product, n) => product * n, 1);
  if (numbers.length !== count)
    refuse(where, 'wrong size', `${count} numbers for (${dims.join(', ')})`, `${numbers.length}`);
  return { shape: dims, data: numbers };
}
