import { describeNoBytes, type FileBytes, isBytes, viewBytes } from '../formats/bytes.js';
import { isObject, show } from '../formats/json.js';
import { flattenNested } from '../formats/nested.js';
import { type NamedArray, readNpz } from '../formats/npy.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { type Shards, sizeOf as sizeOfShards } from '../shared/weights-manifest.js';
import { openBundle } from './bundle.js';
import { readManifestFile } from './manifest.js';

/**
 * A V2 checkpoint's files (also a SavedModel's `variables/`); a manifest of weights and the files that it names (Magenta.js, ml5); an
 * `.npz`; or arrays by name (nested lists, or numbers with a shape).
 */
export type TensorFlowSource =
  | { readonly index: FileBytes; readonly data: FileBytes | readonly FileBytes[] }
  | { readonly manifest: FileBytes; readonly shards: Shards }
  | { readonly npz: FileBytes }
  | { readonly arrays: Readonly<Record<string, unknown>> };

/**
 * @param note is told what was decided on the way.
 * @throws {ImportError} none of these; a file as its reader says; lists that are no array.
 */
export function readSource(
  source: TensorFlowSource,
  budget: Budget,
  note: (text: string) => void,
): Map<string, NamedArray> {
  const expected = '{ index, data }, { manifest, shards }, { npz } or { arrays }';
  if (!isObject(source) || isBytes(source)) refuse('source', 'no arrays', expected, describeNoBytes(source));
  const keys = Object.keys(source).sort().join(', ');
  if (!['data, index', 'manifest, shards', 'npz', 'arrays'].includes(keys))
    refuse('source', 'no arrays', expected, keys || undefined);
  if ('index' in source)
    return openBundle(source.index, Array.isArray(source.data) ? source.data : [source.data as FileBytes], budget);
  if ('manifest' in source) return readManifestFile(source.manifest, source.shards, budget, note);
  if ('npz' in source) return readNpz(source.npz, budget);
  if (!isObject(source.arrays)) refuse('source', 'no arrays', expected, show(source.arrays));
  return new Map(Object.entries(source.arrays).map(([name, value]) => [name, plainArray(value, name, budget)]));
}

/** Kinds of arrays that hold numbers; those of bytes may hold anything. */
const NUMBERS = /^(Float32|Float64|Int8|Int16|Int32|Uint16|Uint32)Array$/;

/** Nested lists; or numbers with their `shape`, which R calls `dim`. */
function plainArray(value: unknown, name: string, budget: Budget): NamedArray {
  const where = `array ${JSON.stringify(name)}`;
  if (!isObject(value) || value.data === undefined) return flattenNested(value, where, budget);
  const { data, shape, dim, ...more } = value;
  const dims = shape ?? dim;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) refuse(where, 'an unknown field', 'data, shape', unknown);
  if (!Array.isArray(dims) || !dims.every((n) => Number.isSafeInteger(n) && n >= 0))
    refuse(where, 'no shape', 'a list of sizes', show(dims));
  if (ArrayBuffer.isView(data) && !NUMBERS.test(data.constructor.name))
    refuse(where, 'not numbers', 'a Float32Array or another array of numbers', data.constructor.name);
  const numbers = ArrayBuffer.isView(data)
    ? Float32Array.from(data as Float32Array)
    : flattenNested(data, where, budget).data;
  const count = dims.reduce((product, n) => product * n, 1);
  if (numbers.length !== count)
    refuse(where, 'wrong size', `${count} numbers for (${dims.join(', ')})`, `${numbers.length}`);
  return { shape: dims, data: numbers };
}

/** Bytes of a source's files. What is given as arrays is the caller's own: nothing of it is small and becomes large. */
export function sizeOf(source: TensorFlowSource): number {
  const size = (file: unknown): number => (isBytes(file) ? viewBytes(file).length : 0);
  if (!isObject(source) || 'arrays' in source) return Number.POSITIVE_INFINITY;
  const { index, data, npz, manifest, shards } = source as Readonly<Record<string, unknown>>;
  if (manifest !== undefined) return size(manifest) + sizeOfShards(shards as Shards);
  return [index, npz, ...(Array.isArray(data) ? data : [data])].reduce((sum: number, file) => sum + size(file), 0);
}
