/**
 * Safetensors (huggingface/safetensors, "Format"): a u64 header length, a JSON header, the tensors' bytes.
 *
 *     header = { "name": { "dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24] }, "__metadata__": { "k": "text" } }
 *
 * Offsets count from the end of the header, and the tensors must cover the rest of the file without overlap or hole.
 * Everything is proven before anything is allocated, so a lying header costs nothing.
 */

import { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { type FileBytes, viewBytes } from './bytes.js';
import { bytesPerElement, type Elements, elementsOf, toFloats } from './elements.js';
import { isObject, parseJson, show } from './json.js';
import { recordOf } from './record.js';

/** The reference reader's own bound on the header. */
const MAX_HEADER = 100_000_000;
const OPENING_BRACE = 0x7b;

/** A tensor of a file that is not converted yet. */
export interface Stored {
  readonly shape: readonly number[];
  /** As safetensors calls them: `F32`, `BF16`, … */
  readonly dtype: string;
  /** Row-major float32. @throws {ImportError} a type that is not read, a value that float32 cannot hold. */
  readonly read: () => Float32Array;
}

/** One of a safetensors file. */
export interface FileTensor extends Stored {
  /** As stored. @throws {ImportError} a type that is not read. */
  readonly elements: () => Elements;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * The tensors by name, of whatever type.
 * @throws {ImportError} the file is malformed or truncated.
 */
export function openSafetensors(
  bytes: FileBytes,
  budget = new Budget(viewBytes(bytes).length),
): {
  tensors: Map<string, FileTensor>;
  metadata: Readonly<Record<string, string>>;
} {
  const file = viewBytes(bytes);
  const where = 'safetensors header';
  if (file.length < 8) refuse(where, 'file too short', 'at least 8 bytes', `${file.length}`);
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  const most = Math.min(MAX_HEADER, file.length - 8);
  if (length > most) refuse(where, 'length beyond the file', `at most ${most} bytes`, `${length}`);
  const start = 8 + Number(length);
  // With a brace first, valid JSON is an object.
  if (file[8] !== OPENING_BRACE || start < 10) refuse(where, 'not a JSON object', 'an object from its first byte on');
  const { __metadata__: given = {}, ...header } = parseJson(file.subarray(8, start), where, budget) as Record<
    string,
    unknown
  >;
  checkMetadata(given);
  const entries = Object.entries(header).map(([name, value]) => [name, readEntry(name, value)] as const);
  checkCover(entries, file.length - start);
  const stored = ([name, { dtype, shape, begin, end }]: (typeof entries)[number]): [string, FileTensor] => {
    const place = tensorAt(name);
    const elements = () => elementsOf(file.subarray(start + begin, start + end), dtype, place, budget);
    return [name, { shape, dtype, read: () => toFloats(elements(), dtype, place, budget), elements }];
  };
  return { tensors: new Map(entries.map(stored)), metadata: recordOf(Object.entries(given)) };
}

function checkMetadata(metadata: unknown): asserts metadata is Record<string, string> {
  const where = 'safetensors __metadata__';
  if (!isObject(metadata)) refuse(where, 'not an object', 'an object of texts', show(metadata));
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') refuse(where, `${show(key)} is not a text`, 'an object of texts', show(value));
  }
}

function readEntry(name: string, value: unknown): Entry {
  const where = tensorAt(name);
  const { dtype, shape, data_offsets: offsets, ...more } = isObject(value) ? value : {};
  if (!isObject(value) || Object.keys(more).length > 0)
    refuse(where, 'not described', '{dtype, shape, data_offsets}', show(value));
  const got = `${show(dtype)}, ${show(shape)}, ${show(offsets)}`;
  const [begin = 0, end = -1, ...behind] = isSizes(offsets) ? offsets : [];
  if (typeof dtype !== 'string' || !isSizes(shape) || begin > end || behind.length > 0)
    refuse(where, 'not described', 'a text as dtype, sizes, and data_offsets begin <= end', got);
  const count = shape.reduce((product, n) => product * n, 1);
  const bytes = count * (bytesPerElement(dtype) ?? Number.NaN);
  if (!Number.isSafeInteger(count) || (bytes >= 0 && end - begin !== bytes))
    refuse(where, 'shape and data_offsets disagree', `${count} elements`, got);
  return { dtype, shape, begin, end };
}

/** In the order of their offsets, each tensor must begin where the one before ends, and the last must end with the file. */
function checkCover(entries: readonly (readonly [string, Entry])[], dataLength: number): void {
  let covered = 0;
  for (const [name, { begin, end }] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      const message = begin < covered ? 'overlaps the tensor before it' : 'leaves a hole before it';
      refuse(tensorAt(name), message, `data from byte ${covered}`, `${begin}`);
    }
    covered = end;
    if (covered > dataLength)
      refuse(tensorAt(name), 'data beyond the file', `an end of at most ${dataLength}`, `${end}`);
  }
  if (covered !== dataLength)
    refuse('safetensors data', 'bytes that belong to no tensor', `${covered} bytes`, `${dataLength}`);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

export const tensorAt = (name: string): string => `tensor ${show(name)}`;
