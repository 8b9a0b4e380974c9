/**
 * Safetensors (huggingface/safetensors, "Format"): a u64 header length, a JSON header, the tensors' bytes.
 *
 *     header = { "name": { "dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24] }, "__metadata__": { "k": "text" } }
 *
 * Offsets count from the end of the header, and the tensors must cover the rest of the file without overlap or hole.
 * Everything is proven before anything is allocated, so a lying header costs nothing.
 */
import { ImportError, InputError } from '../../errors.js';
import type { TensorSpec } from '../../spec.js';
import { type FileBytes, viewBytes } from './bytes.js';
import { DTYPES, type Dtype } from './dtypes.js';
import { isObject, parseJson, show } from './json.js';

/** The reference reader's own bound on the header. */
const MAX_HEADER = 100_000_000;
const OPENING_BRACE = 0x7b;

export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, TensorSpec>>;
  /** Stored type of each tensor, by name: `F32`, `BF16`, … */
  readonly dtypes: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface SafetensorsOptions {
  /** Convert integer and truth-value tensors as well, refusing values that float32 cannot hold. Default: they are refused. */
  readonly integers?: boolean;
  /** Names of tensors to leave out, whatever their type. Each must be in the file. */
  readonly skip?: readonly string[];
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads every tensor as float32. F64 is rounded, F16 and BF16 are exact.
 * @throws {ImportError} the file is malformed or truncated, or holds what float32 cannot.
 */
export function readSafetensors(bytes: FileBytes, options: SafetensorsOptions = {}): SafetensorsFile {
  const file = viewBytes(bytes);
  const { header, start } = readHeader(file);
  const { __metadata__: metadata = {}, ...rest } = header;
  checkMetadata(metadata);
  const entries = Object.entries(rest).map(([name, value]) => readEntry(name, value));
  checkCover(entries, file.length - start);
  for (const name of options.skip ?? []) {
    if (!Object.hasOwn(rest, name))
      refuse('to be left out, but not in the file', tensorAt(name), 'a tensor of the file');
  }
  const wanted = entries.filter(({ name }) => !options.skip?.includes(name));
  for (const entry of wanted) dtypeOf(entry, options);

  const view = new DataView(file.buffer, file.byteOffset + start, file.length - start);
  return {
    tensors: Object.fromEntries(wanted.map((entry) => [entry.name, decode(entry, view, dtypeOf(entry, options))])),
    dtypes: Object.fromEntries(wanted.map(({ name, dtype }) => [name, dtype])),
    metadata: metadata as Record<string, string>,
  };
}

/**
 * Writes float32 tensors in the order given; the data begins at a multiple of 8 bytes.
 * @throws {InputError} a shape that does not fit its data, or a reserved name.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, TensorSpec>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    const count = shape.reduce((product, n) => product * n, 1);
    if (name === '__metadata__') throw new InputError('a reserved name', { where: tensorAt(name) });
    if (count !== data.length) {
      throw new InputError('shape and data disagree', {
        where: tensorAt(name),
        expected: `${count} numbers for shape ${show(shape)}`,
        got: String(data.length),
      });
    }
    const begin = end;
    end += data.length * 4;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const;
  });
  const known = Object.keys(metadata).length > 0 ? [['__metadata__', metadata] as const] : [];
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...known, ...entries])));
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  file.set(text, 8);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(length), true);
  let at = 8 + length;
  for (const { data } of Object.values(tensors)) {
    // Bytes, not numbers: what a NaN carries survives. Machines that run WebAssembly are little-endian.
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; start: number } {
  const where = 'safetensors header';
  if (file.length < 8) refuse('file too short', where, 'at least 8 bytes', String(file.length));
  const length = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true);
  const most = Math.min(MAX_HEADER, file.length - 8);
  if (length > BigInt(most)) refuse('length beyond the file', where, `at most ${most} bytes`, `${length}`);
  const start = 8 + Number(length);
  if (file[8] !== OPENING_BRACE || start < 10) refuse('not a JSON object', where, 'an object from its first byte on');
  const header = parseJson(file.subarray(8, start), where);
  if (!isObject(header)) refuse('not a JSON object', where, 'an object', show(header));
  return { header, start };
}

function checkMetadata(metadata: unknown): void {
  const where = 'safetensors __metadata__';
  if (!isObject(metadata)) refuse('not an object', where, 'an object of texts', show(metadata));
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') refuse(`${show(key)} is not a text`, where, 'an object of texts', show(value));
  }
}

function readEntry(name: string, value: unknown): Entry {
  const where = tensorAt(name);
  if (!isObject(value)) refuse('not described', where, '{dtype, shape, data_offsets}', show(value));
  for (const key of Object.keys(value)) {
    if (!['dtype', 'shape', 'data_offsets'].includes(key)) {
      refuse('unknown field', where, 'dtype, shape, data_offsets', show(key));
    }
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') refuse('dtype is not a text', where, 'a dtype', show(dtype));
  if (!isSizes(shape)) refuse('not a shape', where, 'a list of whole numbers of at least 0', show(shape));
  if (!isSizes(offsets) || offsets.length !== 2) {
    refuse('not data_offsets', where, 'two whole numbers, begin and end', show(offsets));
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end) refuse('data_offsets run backwards', where, 'begin <= end', show(offsets));
  const bytes = DTYPES.get(dtype)?.bytes;
  const count = shape.reduce((product, n) => product * n, 1);
  if (!Number.isSafeInteger(count)) refuse('shape too large', where, 'a countable number of elements', show(shape));
  if (bytes !== undefined && end - begin !== count * bytes) {
    refuse(
      'shape and data_offsets disagree',
      where,
      `${count * bytes} bytes for ${dtype} ${show(shape)}`,
      `${end - begin}`,
    );
  }
  return { name, dtype, shape, count, begin, end };
}

/** In the order of their offsets, each tensor must begin where the one before ends, and the last must end with the file. */
function checkCover(entries: readonly Entry[], dataLength: number): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      const message = begin < at ? 'overlaps the tensor before it' : 'leaves a hole before it';
      refuse(message, tensorAt(name), `data from byte ${at}`, `${begin}`);
    }
    if (end > dataLength) refuse('data beyond the file', tensorAt(name), `an end of at most ${dataLength}`, `${end}`);
    at = end;
  }
  if (at !== dataLength) refuse('bytes that belong to no tensor', 'safetensors data', `${at} bytes`, `${dataLength}`);
}

function dtypeOf({ name, dtype }: Entry, { integers = false }: SafetensorsOptions): Dtype {
  const known = DTYPES.get(dtype);
  if (known !== undefined && (integers || !known.integer)) return known;
  const allowed = [...DTYPES].filter(([, { integer }]) => integers || !integer).map(([text]) => text);
  refuse('a type that is not for weights', tensorAt(name), `one of ${allowed.join(', ')}`, show(dtype));
}

function decode(
  { name, dtype, shape, count, begin }: Entry,
  view: DataView,
  { bytes, integer, read }: Dtype,
): TensorSpec {
  const data = new Float32Array(count);
  if (dtype === 'F32') {
    const from = view.byteOffset + begin;
    new Uint8Array(data.buffer).set(new Uint8Array(view.buffer, from, count * 4));
    return { shape, data };
  }
  for (let index = 0; index < count; index++) {
    const value = read(view, begin + index * bytes);
    data[index] = value;
    const kept = data[index] as number;
    if (kept !== value && (integer || (Number.isFinite(value) && !Number.isFinite(kept)))) {
      refuse(
        `element ${index} does not fit float32`,
        tensorAt(name),
        'a value that float32 holds',
        `${value} (${dtype})`,
      );
    }
  }
  return { shape, data };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

const tensorAt = (name: string): string => `tensor ${show(name)}`;

function refuse(message: string, where: string, expected?: string, got?: string): never {
  throw new ImportError(message, { where, ...(expected && { expected }), ...(got && { got }) });
}
