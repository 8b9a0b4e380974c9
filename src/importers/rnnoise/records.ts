import { show } from '../formats/json.js';
import { type Budget, BYTES_PER_OBJECT } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';

/** Bytes of a record's head, and what the writer rounds the data behind it up to. */
const HEAD = 64;
const NAME_AT = 20;
/** By their numbers in the file. */
export const TYPES = ['float', 'int', 'qweight', 'int8'] as const;
export type Type = (typeof TYPES)[number];

/** An array of a blob, its bytes not looked at yet. */
export interface WeightArray {
  readonly type: Type;
  readonly bytes: Uint8Array;
}

/**
 * The records of a weights blob. Each has a head (`WeightHead` of RNNoise's `nnet.h`, in the byte order of the machine that wrote it) of
 * "DNNw", version, type, size, block_size as int32, and a name of 43 characters at most and a 0; then block_size bytes, of which the first size are the array.
 *
 * @throws {ImportError} a record that does not fit the file; another version, type or byte order; a name twice.
 */
export function readRecords(bytes: Uint8Array, budget: Budget): ReadonlyMap<string, WeightArray> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const arrays = new Map<string, WeightArray>();
  let at = 0;
  while (at < bytes.length) {
    const where = `record ${arrays.size}, from byte ${at} on`;
    budget.nodes(1, where);
    budget.bytes(2 * BYTES_PER_OBJECT, where);
    const magic = String.fromCharCode(...bytes.subarray(at, at + 4));
    if (magic !== 'DNNw') refuse(where, 'not a record', '"DNNw"', show(magic.replace(/[^ -~]/g, '·')));
    const left = bytes.length - at - HEAD;
    if (left < 0) refuse(where, 'cut off', `a head of ${HEAD} bytes`, `${bytes.length - at}`);
    const field = (index: number, little = true): number => view.getInt32(at + 4 * index, little);
    const [version, type, size, block] = [field(1), field(2), field(3), field(4)];
    if (version !== 0) refuse(where, 'a version that is not read', '0', `${version}`);
    const fits = (size: number, block: number): boolean => size >= 1 && size <= block && block <= left;
    if (!fits(size, block)) {
      if (fits(field(3, false), field(4, false)))
        refuse(where, 'written by a big-endian machine', 'little-endian numbers', `a size of ${size}`);
      refuse(where, 'an array that does not fit', `1 to ${left} bytes, in a block as large`, `${size}, in ${block}`);
    }
    const known =
      TYPES[type] ?? refuse(where, 'an unknown type', TYPES.map((one, n) => `${n} (${one})`).join(', '), `${type}`);
    const name = nameOf(bytes.subarray(at + NAME_AT, at + HEAD), where);
    budget.characters(name.length, where);
    if (arrays.has(name)) refuse(where, 'a name used twice', 'another name', show(name));
    const from = at + HEAD;
    arrays.set(name, { type: known, bytes: bytes.subarray(from, from + size) });
    at = from + block;
  }
  return arrays;
}

function nameOf(field: Uint8Array, where: string): string {
  const end = field.indexOf(0);
  const name = String.fromCharCode(...field.subarray(0, end < 0 ? field.length : end));
  if (end < 0 || !/^\w+$/.test(name))
    refuse(where, 'no name', 'letters, digits and _, and a 0 behind them', show(name.replace(/[^ -~]/g, '·')));
  return name;
}
