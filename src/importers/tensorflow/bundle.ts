import { type FileBytes, viewBytes } from '../formats/bytes.js';
import { bytesPerElement, elementsOf, toFloats } from '../formats/elements.js';
import { lazily, type NamedArray } from '../formats/npy.js';
import { Budget } from '../shared/budget.js';
import { type ImportOptions, limitsOf } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import { crc32c } from './crc32c.js';
import { FOOTER, isTable } from './table.js';
import { Reader } from './varint.js';

/** types.proto, DataType: numbers of TensorFlow's element types. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'F32',
  2: 'F64',
  3: 'I32',
  4: 'U8',
  5: 'I16',
  6: 'I8',
  9: 'I64',
  10: 'BOOL',
  14: 'BF16',
  19: 'F16',
};

/** Behind a variable's path in checkpoints of objects. */
const OBJECT_PATH = '/.ATTRIBUTES/VARIABLE_VALUE';

interface Entry {
  readonly dtype: number;
  readonly shape: number[];
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  readonly crc: number;
}

/**
 * Variables of a V2 checkpoint: an index (a LevelDB table of BundleEntryProto by name; tensor_bundle.proto) and its data shards.
 * Entries that are no plain numbers (strings, the object graph) are left out.
 * @throws {ImportError} a damaged index, a checksum that does not fit, compressed blocks, a shard missing or too short; more than
 *   `limits` allow.
 */
export function readBundle(
  index: FileBytes,
  data: readonly FileBytes[],
  options: ImportOptions = {},
): Map<string, NamedArray> {
  const limits = limitsOf(options);
  const files = [index, ...(Array.isArray(data) ? data : [])];
  return openBundle(
    index,
    data,
    new Budget(
      files.reduce((sum, file) => sum + viewBytes(file).length, 0),
      limits,
    ),
  );
}

/** As `readBundle`, drawing on the budget of an import. */
export function openBundle(index: FileBytes, data: readonly FileBytes[], budget: Budget): Map<string, NamedArray> {
  if (!Array.isArray(data)) refuse('data', 'not a list of shards', 'a list of files', typeof data);
  const bytes = viewBytes(index, 'index');
  if (!isTable(bytes)) refuse('index', 'not a checkpoint index', 'a LevelDB table', 'other bytes');
  const shards = new Shards(
    data.map((shard) => viewBytes(shard, 'data')),
    budget,
  );
  const arrays = new Map<string, NamedArray>();
  for (const [name, value] of entries(bytes, budget)) {
    if (name === '') checkHeader(value, data.length);
    else {
      const entry = readEntry(value, name);
      const array = entry && shards.read(entry, name);
      // Checkpoints of objects (tf.Module, tf.train.Checkpoint, SavedModel) name a variable by its path and what it is of it.
      const variable = name.endsWith(OBJECT_PATH) ? name.slice(0, -OBJECT_PATH.length) : name;
      if (arrays.has(variable)) refuse(`variable ${JSON.stringify(variable)}`, 'a variable twice', 'every name once');
      if (array) arrays.set(variable, array);
    }
  }
  return arrays;
}

/** How many shards an index says that it has; undefined if it does not. */
export function shardCount(bytes: Uint8Array, budget: Budget): number | undefined {
  for (const [name, value] of entries(bytes, budget)) {
    if (name !== '') break;
    for (const { field, value: number } of new Reader(value).fields()) if (field === 1) return number;
  }
  return undefined;
}

/** Everything in the index, in the order of the names. */
function* entries(bytes: Uint8Array, budget: Budget): Generator<[name: string, value: Uint8Array]> {
  const footer = new Reader(bytes, bytes.length - FOOTER, bytes.length - 8);
  footer.varint();
  footer.varint();
  const [begin, size] = [footer.varint(), footer.varint()];
  for (const [, handle] of block(bytes, begin, size, budget)) {
    const reader = new Reader(handle);
    for (const [key, value] of block(bytes, reader.varint(), reader.varint(), budget))
      yield [new TextDecoder().decode(key.slice()), value];
  }
}

/** The entries of one block: keys share their beginnings with the one before. */
function* block(
  bytes: Uint8Array,
  begin: number,
  size: number,
  budget: Budget,
): Generator<[key: Uint8Array, value: Uint8Array]> {
  if (!(begin >= 0 && begin + size + 5 <= bytes.length))
    refuse('index', 'a block beyond the end', `${bytes.length} bytes`, `${size} from ${begin} on`);
  if (bytes[begin + size] !== 0)
    refuse(
      'index',
      'a compressed block',
      'uncompressed, as TensorFlow writes them',
      `compression ${bytes[begin + size]}`,
    );
  budget.operations(size, 'index');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (crc32c(bytes.subarray(begin, begin + size + 1)) !== view.getUint32(begin + size + 1, true))
    refuse('index', 'a checksum that does not fit', 'undamaged bytes');
  if (size < 4) refuse('index', 'a block too short', 'at least 4 bytes', `${size}`);
  const restarts = view.getUint32(begin + size - 4, true);
  const end = begin + size - 4 - 4 * restarts;
  if (end < begin) refuse('index', 'restarts beyond the block', `${size} bytes`, `${restarts}`);
  const reader = new Reader(bytes, begin, end);
  let last = new Uint8Array();
  while (!reader.done) {
    const [shared, own, length] = [reader.varint(), reader.varint(), reader.varint()];
    if (shared > last.length) refuse('index', 'a key that shares more than there is', `${last.length}`, `${shared}`);
    const rest = reader.take(own);
    budget.characters(shared + own, 'index');
    const key = new Uint8Array(shared + own);
    key.set(last.subarray(0, shared));
    key.set(rest, shared);
    last = key;
    yield [key, reader.take(length)];
  }
}

function checkHeader(value: Uint8Array, shards: number): void {
  for (const { field, value: number, bytes } of new Reader(value).fields()) {
    if (field === 1 && bytes.length > 0)
      refuse(
        'index',
        'a checkpoint of format V1',
        'V2: an .index and its .data files, as tf.train.Saver writes since 1.0',
      );
    if (field === 1 && number !== shards) refuse('data', 'wrong number of shards', `${number}`, `${shards}`);
    if (field === 2 && number !== 0) refuse('index', 'big-endian numbers', 'little-endian');
  }
}

/** BundleEntryProto; undefined for what is not one array of numbers. */
function readEntry(value: Uint8Array, name: string): Entry | undefined {
  let [dtype, shard, offset, size, crc, slices] = [0, 0, 0, 0, 0, false];
  let shape: number[] = [];
  for (const { field, value: number, bytes } of new Reader(value).fields()) {
    if (field === 1) dtype = number;
    if (field === 2)
      shape = [...new Reader(bytes).fields()].map(
        (dim) => [...new Reader(dim.bytes).fields()].find(({ field }) => field === 1)?.value ?? 0,
      );
    if (field === 3) shard = number;
    if (field === 4) offset = number;
    if (field === 5) size = number;
    if (field === 6 && bytes.length === 4)
      crc = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
    if (field === 7) slices = true;
  }
  if (slices) refuse(`variable ${JSON.stringify(name)}`, 'saved in slices', 'whole variables');
  return TYPES[dtype] ? { dtype, shape, shard, offset, size, crc } : undefined;
}

/** The data files. What several variables refer to is checked and decoded once. */
class Shards {
  readonly #checks = new Map<string, number>();
  readonly #numbers = new Map<string, NamedArray>();

  constructor(
    private readonly files: readonly Uint8Array[],
    private readonly budget: Budget,
  ) {}

  read({ dtype, shape, shard, offset, size, crc }: Entry, name: string): NamedArray {
    const where = `variable ${JSON.stringify(name)}`;
    const bytes =
      this.files[shard] ?? refuse(where, 'a shard that is not given', `shard ${shard}`, `${this.files.length} shards`);
    const type = TYPES[dtype] as string;
    const expected = shape.reduce((product, n) => product * n, bytesPerElement(type) as number);
    if (!(offset + size <= bytes.length))
      refuse(where, 'beyond the end of its shard', `${bytes.length} bytes`, `${size} from ${offset} on`);
    if (expected !== size) refuse(where, 'wrong size', `${expected} bytes for (${shape.join(', ')})`, `${size}`);
    const own = bytes.subarray(offset, offset + size);
    const place = `${shard}, ${offset}, ${size}`;
    this.budget.operations(size, where);
    const check = this.#checks.get(place) ?? crc32c(own);
    this.#checks.set(place, check);
    if (check !== crc) refuse(where, 'a checksum that does not fit', 'undamaged bytes');
    const id = `${place}, ${type}`;
    const { budget } = this;
    const numbers =
      this.#numbers.get(id) ?? lazily([], () => toFloats(elementsOf(own, type, where, budget), type, where, budget));
    this.#numbers.set(id, numbers);
    return lazily(shape, () => numbers.data);
  }
}
