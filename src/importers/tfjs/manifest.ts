import { type FileBytes, viewBytes } from '../formats/bytes.js';
import { bytesPerElement, elementsOf, toFloats } from '../formats/elements.js';
import { isObject, parseJson, show } from '../formats/json.js';
import { plainPath } from '../formats/paths.js';
import type { Stored } from '../keras/files/stored.js';
import type { Budget } from '../shared/budget.js';
import { checkKeys } from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';

/** The weight files that `model.json` names, by their paths in it; or one after another in its order. */
export type Shards = Readonly<Record<string, FileBytes>> | readonly FileBytes[];

/** Stored types by TensorFlow.js' names. */
const TYPES: Readonly<Record<string, string>> = {
  float32: 'F32',
  int32: 'I32',
  uint8: 'U8',
  uint16: 'U16',
  float16: 'F16',
  bool: 'BOOL',
};

/** The paths of all shards, as the manifest of a `model.json` has them; what is none is left to `readManifest`. */
export function shardNames(modelJson: Uint8Array, budget: Budget): string[] {
  const file = parseJson(modelJson, 'model.json', budget);
  const groups: readonly unknown[] = isObject(file) && Array.isArray(file.weightsManifest) ? file.weightsManifest : [];
  const paths = groups.flatMap((group) => (isObject(group) && Array.isArray(group.paths) ? group.paths : []));
  return paths.filter((path) => typeof path === 'string');
}

/** The weights of every group: the group's files one after another hold its weights one after another. */
export function readManifest(manifest: unknown, shards: Shards): Map<string, Stored> {
  if (!Array.isArray(manifest)) return refuse('weightsManifest', 'no weights', 'a list of groups', show(manifest));
  const list = Array.isArray(shards) ? [...(shards as readonly FileBytes[])] : undefined;
  const byPath = new Map(list ? [] : Object.entries(shards).map(([path, bytes]) => [plainPath(path), bytes]));
  const arrays = new Map<string, Stored>();
  manifest.forEach((group: unknown, index) => {
    const where = `weightsManifest[${index}]`;
    if (!isObject(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights))
      refuse(where, 'not a group', '{ paths, weights }', show(group));
    checkKeys(group, where, ['paths', 'weights']);
    const { paths, weights } = group as { paths: unknown[]; weights: unknown[] };
    const files = paths.map((path) => {
      return viewBytes(
        (list ? list.shift() : byPath.get(plainPath(String(path)))) ??
          refuse(
            where,
            'a shard that is not given',
            show(path),
            list ? 'no more files' : Object.keys(shards).join(', ') || 'no files',
          ),
      );
    });
    const bytes = join(files);
    let position = 0;
    for (const weight of weights) {
      const { stored, size } = readWeight(weight, bytes, position, where);
      if (arrays.has(stored.name)) refuse(where, 'a weight twice', 'every name once', stored.name);
      arrays.set(stored.name, stored);
      position += size;
    }
    if (position !== bytes.length) refuse(where, 'shards of the wrong size', `${position} bytes`, `${bytes.length}`);
  });
  return arrays;
}

function readWeight(
  weight: unknown,
  bytes: Uint8Array,
  position: number,
  group: string,
): { stored: Stored; size: number } {
  if (!isObject(weight) || typeof weight.name !== 'string' || !Array.isArray(weight.shape))
    return refuse(group, 'not a weight', '{ name, shape, dtype }', show(weight));
  const { name, shape, dtype, quantization } = weight;
  const where = `weight ${JSON.stringify(name)}`;
  checkKeys(weight, where, ['name', 'shape', 'dtype', 'quantization']);
  if (isObject(quantization))
    checkKeys(quantization, `${where}, quantization`, ['dtype', 'scale', 'min', 'original_dtype']);
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0))
    refuse(where, 'a shape that cannot be', 'sizes', show(shape));
  const count = shape.reduce((product: number, n: number) => product * n, 1);
  const quantised = isObject(quantization) ? quantization : undefined;
  const type = quantised ? quantised.dtype : dtype;
  const stored =
    (typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined) ??
    refuse(where, 'a type that is not honoured', Object.keys(TYPES).join(', '), show(type));
  const size = count * (bytesPerElement(stored) as number);
  if (!(position + size <= bytes.length))
    refuse(where, 'beyond the end of its shards', `${size} bytes`, `${bytes.length - position}`);
  const numbers = toFloats(elementsOf(bytes.subarray(position, position + size), stored, where), stored, where);
  // uint8 and uint16 stand for min + scale·q; float16 for itself.
  if (!quantised || type === 'float16') return { stored: { name, shape, data: numbers }, size };
  // Whole numbers would be rounded.
  if (dtype !== 'float32') refuse(where, 'a quantised type that is not honoured', 'float32', show(dtype));
  const { scale, min } = quantised;
  if (typeof scale !== 'number' || typeof min !== 'number')
    return refuse(where, 'no scale or min', 'numbers', show(quantization));
  const data = numbers.map((number) => number * scale + min);
  return { stored: { name, shape, data }, size };
}

function join(files: readonly Uint8Array[]): Uint8Array {
  const [first] = files;
  if (files.length === 1 && first) return first;
  const all = new Uint8Array(files.reduce((sum, file) => sum + file.length, 0));
  let position = 0;
  for (const file of files) {
    all.set(file, position);
    position += file.length;
  }
  return all;
}
