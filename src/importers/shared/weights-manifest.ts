import { describeNoBytes, type FileBytes, isBytes, viewBytes } from '../formats/bytes.js';
import { bytesPerElement, elementsOf, toFloats } from '../formats/elements.js';
import { isObject, parseJson, show } from '../formats/json.js';
import type { NamedArray } from '../formats/npy.js';
import { plainPath } from '../formats/paths.js';
import type { Budget } from './budget.js';
import { checkKeys } from './fields.js';
import { refuse } from './refuse.js';

/** The weight files that a manifest names, by their paths in it; or one after another in its order. */
export type Shards = Readonly<Record<string, FileBytes>> | readonly FileBytes[];

interface Stored extends NamedArray {
  readonly name: string;
}

/** Stored types by TensorFlow.js' names. */
const TYPES: Readonly<Record<string, string>> = {
  __proto__: null as never,
  float32: 'F32',
  int32: 'I32',
  uint8: 'U8',
  uint16: 'U16',
  float16: 'F16',
  bool: 'BOOL',
};

/** Bytes of all shards that are given. @throws {ImportError} something else in the place of shards. */
export function sizeOf(shards: Shards): number {
  if (typeof shards !== 'object' || shards === null || isBytes(shards))
    refuse('shards', 'not files', 'files in a list, or by their paths', describeNoBytes(shards));
  return Object.values(shards).reduce((sum: number, shard) => sum + (isBytes(shard) ? shard.byteLength : 0), 0);
}

/**
 * The paths of all shards, as a manifest has them: that of a `model.json`, one by itself, or one of a file for each variable. What is none
 * is left to who reads it.
 */
export function shardNames(manifest: Uint8Array, budget: Budget): string[] {
  const file = parseJson(manifest, 'manifest', budget);
  const groups = isObject(file) && 'weightsManifest' in file ? file.weightsManifest : file;
  const list: readonly unknown[] = Array.isArray(groups) ? groups : isObject(groups) ? Object.values(groups) : [];
  const paths = list.flatMap((group) =>
    isObject(group) ? (Array.isArray(group.paths) ? group.paths : [group.filename]) : [],
  );
  return paths.filter((path) => typeof path === 'string');
}

/**
 * The weights of every group: the group's files one after another hold its weights one after another.
 * @param note is told which weights were dequantised.
 * @throws {ImportError} malformed, or more than the budget has; a shard that is not given, or of the wrong size.
 */
export function readManifest(
  manifest: unknown,
  shards: Shards,
  budget: Budget,
  note: (text: string) => void,
): Map<string, Stored> {
  if (!Array.isArray(manifest)) return refuse('weightsManifest', 'no weights', 'a list of groups', show(manifest));
  const list = Array.isArray(shards) ? (shards as readonly FileBytes[]) : undefined;
  const byPath = new Map(list ? [] : Object.entries(shards).map(([path, bytes]) => [plainPath(path), bytes]));
  const arrays = new Map<string, Stored>();
  let taken = 0;
  manifest.forEach((group: unknown, index) => {
    const where = `weightsManifest[${index}]`;
    if (!isObject(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights))
      refuse(where, 'not a group', '{ paths, weights }', show(group));
    checkKeys(group, where, ['paths', 'weights']);
    const { paths, weights } = group as { paths: unknown[]; weights: unknown[] };
    const files = paths.map((path) => {
      const bytes = viewBytes(
        (list ? list[taken++] : byPath.get(plainPath(String(path)))) ??
          refuse(
            where,
            'a shard that is not given',
            show(path),
            list ? 'no more files' : Object.keys(shards).slice(0, 12).join(', ') || 'no files',
          ),
      );
      // One may be named many times.
      budget.operations(bytes.length, where);
      return bytes;
    });
    const bytes = new Joined(files, budget, where);
    let position = 0;
    for (const weight of weights) {
      const { stored, size, quantised } = readWeight(weight, bytes, position, where, budget);
      if (arrays.has(stored.name)) refuse(where, 'a weight twice', 'every name once', stored.name);
      if (quantised) note(`${JSON.stringify(stored.name)}: ${quantised}, dequantised to float32`);
      arrays.set(stored.name, stored);
      position += size;
    }
    if (position !== bytes.length) refuse(where, 'shards of the wrong size', `${position} bytes`, `${bytes.length}`);
  });
  return arrays;
}

function readWeight(
  weight: unknown,
  bytes: Joined,
  position: number,
  group: string,
  budget: Budget,
): { stored: Stored; size: number; quantised?: string } {
  if (!isObject(weight) || typeof weight.name !== 'string' || !Array.isArray(weight.shape))
    return refuse(group, 'not a weight', '{ name, shape, dtype }', show(weight));
  const { name, shape, dtype, quantization } = weight;
  const where = `weight ${JSON.stringify(name)}`;
  budget.characters(name.length, where.slice(0, 80));
  checkKeys(weight, where, ['name', 'shape', 'dtype', 'quantization']);
  if (isObject(quantization))
    checkKeys(quantization, `${where}, quantization`, ['dtype', 'scale', 'min', 'original_dtype']);
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0))
    refuse(where, 'a shape that cannot be', 'sizes', show(shape));
  const count = shape.reduce((product: number, n: number) => product * n, 1);
  const quantised = isObject(quantization) ? quantization : undefined;
  const type = quantised ? quantised.dtype : dtype;
  const stored =
    (typeof type === 'string' ? TYPES[type] : undefined) ??
    refuse(where, 'a type that is not honoured', Object.keys(TYPES).join(', '), show(type));
  const size = count * (bytesPerElement(stored) as number);
  if (!(position + size <= bytes.length))
    refuse(where, 'beyond the end of its shards', `${size} bytes`, `${bytes.length - position}`);
  const elements = elementsOf(bytes.take(size), stored, where, budget);
  const numbers = toFloats(elements, stored, where, budget);
  // uint8 and uint16 stand for min + scale·q; float16 for itself.
  if (!quantised || type === 'float16') return { stored: { name, shape, data: numbers }, size };
  // Whole numbers would be rounded.
  if (dtype !== 'float32') refuse(where, 'a quantised type that is not honoured', 'float32', show(dtype));
  const { scale, min } = quantised;
  if (typeof scale !== 'number' || typeof min !== 'number')
    return refuse(where, 'no scale or min', 'numbers', show(quantization));
  budget.bytes(numbers.byteLength, where);
  const data = numbers.map((number) => number * scale + min);
  return { stored: { name, shape, data }, size, quantised: `${type}, ${scale}·q + ${min}` };
}

/** Files one after another, read from the beginning on and joined nowhere but where an array lies across two. */
class Joined {
  readonly length: number;
  #file = 0;
  /** Where in the file the next byte is. */
  #begin = 0;

  constructor(
    private readonly files: readonly Uint8Array[],
    private readonly budget: Budget,
    private readonly where: string,
  ) {
    this.length = files.reduce((sum, file) => sum + file.length, 0);
  }

  /** The next bytes, which must be there. */
  take(size: number): Uint8Array {
    const piece = this.#piece(size);
    if (piece.length === size) return piece;
    this.budget.bytes(size, this.where);
    const all = new Uint8Array(size);
    all.set(piece);
    for (let filled = piece.length; filled < size; ) {
      const next = this.#piece(size - filled);
      all.set(next, filled);
      filled += next.length;
    }
    return all;
  }

  /** What the file at hand has of them. */
  #piece(size: number): Uint8Array {
    while (size > 0 && this.#begin === this.files[this.#file]?.length) {
      this.#file++;
      this.#begin = 0;
    }
    const piece = (this.files[this.#file] ?? new Uint8Array()).subarray(this.#begin, this.#begin + size);
    this.#begin += piece.length;
    return piece;
  }
}
