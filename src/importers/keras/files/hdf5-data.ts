import { unzlibSync } from 'fflate';
import { show } from '../../formats/json.js';
import { readNumbers } from '../../formats/npy.js';
import { MOST_EXPANSION } from '../../formats/zip.js';
import { refuse } from '../../shared/refuse.js';

// The contents of datasets and attributes, from the messages of an object's header. Every size that is declared is held against
// the bytes that there are before anything is made of that size.

/** A message of an object header: where its content begins. */
export type Messages = (type: number) => readonly number[];

/** How elements are stored. */
interface Type {
  /** As NumPy writes it, `f4`; `S8` for texts of eight bytes, `vlen` for texts elsewhere. */
  readonly name: string;
  readonly bytes: number;
  readonly little: boolean;
}

function typeAt(view: DataView, at: number): Type {
  const [kind, bits, bytes] = [view.getUint8(at) & 15, view.getUint8(at + 1), view.getUint32(at + 4, true)];
  const letter = kind === 0 ? (bits & 8 ? 'i' : 'u') : kind === 1 ? 'f' : kind === 3 ? 'S' : undefined;
  const name = letter ? `${letter}${bytes}` : kind === 9 && (bits & 15) === 1 ? 'vlen' : `class ${kind}`;
  return { name, bytes, little: (bits & 1) === 0 };
}

/** Sizes of a dataspace message, version 1 or 2. */
function shapeAt(view: DataView, at: number): number[] {
  const begin = at + (view.getUint8(at) === 1 ? 8 : 4);
  return Array.from({ length: view.getUint8(at + 1) }, (_, axis) => Number(view.getBigUint64(begin + 8 * axis, true)));
}

const product = (sizes: readonly number[]): number => sizes.reduce((all, n) => all * n, 1);

/** The text or texts of an attribute; undefined for other types. */
export function attributeAt(view: DataView, at: number): { name: string; value: () => unknown } {
  const version = view.getUint8(at);
  const [nameSize, typeSize, spaceSize] = [2, 4, 6].map((n) => view.getUint16(at + n, true)) as [
    number,
    number,
    number,
  ];
  const padded = (n: number): number => (version === 1 ? Math.ceil(n / 8) * 8 : n);
  const begin = at + (version === 3 ? 9 : 8);
  const text = (from: number, size: number): string => {
    if (from + size > view.byteLength) throw new RangeError('beyond the end of the file');
    return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + from, size)).replace(/\0+$/, '');
  };
  const value = (): unknown => {
    const type = typeAt(view, begin + padded(nameSize));
    const spaceAt = begin + padded(nameSize) + padded(typeSize);
    const shape = shapeAt(view, spaceAt);
    const data = spaceAt + padded(spaceSize);
    const count = product(shape);
    // NumPy's empty list of texts is one of floats.
    if (count === 0) return [];
    const each = type.name === 'vlen' ? 16 : type.bytes;
    if (!type.name.startsWith('S') && type.name !== 'vlen') return undefined;
    if (each === 0 || !(data + count * each <= view.byteLength))
      throw new RangeError('more texts than the file can hold');
    let total = 0;
    const texts = Array.from({ length: count }, (_, i) => {
      if (type.name !== 'vlen') return text(data + i * each, each);
      const size = view.getUint32(data + i * each, true);
      total += size;
      // Many texts may say that they are the same place.
      if (total > view.byteLength) throw new RangeError('more texts than the file can hold');
      return text(
        heapObject(
          view,
          Number(view.getBigUint64(data + i * each + 4, true)),
          view.getUint32(data + i * each + 12, true),
          size,
        ),
        size,
      );
    });
    return shape.length === 0 ? texts[0] : texts;
  };
  return { name: text(begin, nameSize), value };
}

/** Where an object of a global heap begins. */
function heapObject(view: DataView, heap: number, wanted: number, size: number): number {
  const end = heap + Number(view.getBigUint64(heap + 8, true));
  for (let at = heap + 16; at + 16 <= end; ) {
    const [index, length] = [view.getUint16(at, true), Number(view.getBigUint64(at + 8, true))];
    if (index === wanted && length >= size) return at + 16;
    if (index === 0) break;
    at += 16 + Math.ceil(length / 8) * 8;
  }
  throw new RangeError(`no object ${wanted} in its heap`);
}

const [DATASPACE, DATATYPE, LAYOUT, FILTERS] = [1, 3, 8, 11];

/** The numbers of a dataset. */
export function datasetOf(view: DataView, messages: Messages, where: string): { shape: number[]; data: Float32Array } {
  const [space, typed, layout] = [DATASPACE, DATATYPE, LAYOUT].map((type) => messages(type)[0]);
  if (space === undefined || typed === undefined || layout === undefined)
    return refuse(where, 'no such dataset', 'an array of weights', 'a group');
  const [shape, type] = [shapeAt(view, space), typeAt(view, typed)];
  if (!/^[fiu][1248]$/.test(type.name))
    refuse(where, 'a type that is not honoured', 'floats or whole numbers', type.name);
  const bytes = bytesOf(view, layout, shape, type, messages(FILTERS)[0], where);
  return {
    shape,
    data: readNumbers(bytes, { type: type.name, little: type.little, fortran: false, shape }, where).data,
  };
}

function bytesOf(
  view: DataView,
  layout: number,
  shape: number[],
  { bytes: each, name }: Type,
  filters: number | undefined,
  where: string,
): Uint8Array {
  const size = product(shape) * each;
  const [version, one, two] = [view.getUint8(layout), view.getUint8(layout + 1), view.getUint8(layout + 2)];
  const early = version <= 2;
  const kind = early ? two : one;
  let at = layout + (early ? 8 : 2);
  const lies = (most: number): never =>
    refuse(where, 'more numbers than the file can hold', `at most ${most} bytes`, `(${shape.join(', ')}) ${name}`);
  const piece = (from: number, length: number): Uint8Array => {
    if (!(from + length <= view.byteLength)) lies(view.byteLength);
    return new Uint8Array(view.buffer, view.byteOffset + from, length).slice();
  };
  if (kind === 0 && !early) return piece(at + 2, size);
  if (kind === 1) return piece(Number(view.getBigUint64(at, true)), size);
  if (kind !== 2 || version > 3)
    return refuse(
      where,
      'a layout that is not honoured',
      'contiguous, compact, or chunks of version 3',
      `${kind} of version ${version}`,
    );
  const rank = (early ? one : view.getUint8(at++)) - 1;
  const root = Number(view.getBigUint64(at, true));
  const chunk = Array.from({ length: rank }, (_, axis) => view.getUint32(at + 8 + 4 * axis, true));
  const chunkBytes = product(chunk) * each;
  // What deflate can make of a byte at most.
  const most = view.byteLength * (filters === undefined ? 1 : MOST_EXPANSION);
  if (!(size <= most && chunkBytes <= most && chunkBytes > 0) || rank !== shape.length) return lies(most);
  const counts = shape.map((n, axis) => Math.ceil(n / (chunk[axis] as number)));
  // Chunks at the edge reach beyond it, but no further than a chunk's size.
  if (!(product(counts) * chunkBytes <= 2 * most)) return lies(most);
  const total = product(counts);
  // An entry of the tree takes this many bytes.
  if (!(total * (32 + 8 * rank) <= view.byteLength)) return lies(view.byteLength);
  const unpack = pipeline(view, filters, each, chunkBytes, where);
  const found = new Map<number, [offset: number[], from: number, length: number]>();
  let packed = 0;
  for (const entry of chunks(view, root, rank, 2 * total + 64)) {
    const [offset, , length] = entry;
    const number = offset.reduce((flat, n, axis) => flat * (counts[axis] as number) + n / (chunk[axis] as number), 0);
    const outside = !Number.isInteger(number) || offset.some((n, axis) => n >= (shape[axis] as number));
    packed += length;
    if (outside || found.has(number) || packed > view.byteLength)
      return refuse(where, 'a chunk twice, or outside of its array', 'every chunk once', show(offset));
    found.set(number, entry);
  }
  if (found.size < total) return refuse(where, 'chunks that are missing', `${total}`, `${found.size}`);
  const out = new Uint8Array(size);
  for (const [offset, from, length] of found.values())
    copyChunk(out, shape, unpack(piece(from, length)), chunk, offset, each);
  return out;
}

/** Leaves of the tree of chunks. @param most how many entries there may be, so that nodes that share children end. */
function* chunks(view: DataView, root: number, rank: number, most: number): Generator<[number[], number, number]> {
  const nodes: [at: number, level: number | undefined][] = [[root, undefined]];
  let entries = 0;
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    const [at, expected] = node;
    const level = view.getUint8(at + 5);
    if (view.getUint32(at) !== 0x54524545 || (expected !== undefined && level !== expected))
      throw new RangeError('a tree of chunks that is none');
    for (let n = view.getUint16(at + 6, true), entry = at + 24; n > 0; n--, entry += 24 + 8 * rank) {
      if (++entries > most) throw new RangeError('more chunks than the array has');
      const address = Number(view.getBigUint64(entry + 16 + 8 * rank, true));
      if (level > 0) nodes.push([address, level - 1]);
      else {
        const offset = Array.from({ length: rank }, (_, axis) => Number(view.getBigUint64(entry + 8 + 8 * axis, true)));
        if (view.getUint32(entry + 4, true) !== 0) throw new RangeError('a chunk that leaves filters out');
        yield [offset, address, view.getUint32(entry, true)];
      }
    }
  }
}

/** What unpacks a chunk: its filters from the last to the first. */
function pipeline(
  view: DataView,
  at: number | undefined,
  each: number,
  bytes: number,
  where: string,
): (data: Uint8Array) => Uint8Array {
  const ids: number[] = [];
  if (at !== undefined) {
    const [version, count] = [view.getUint8(at), view.getUint8(at + 1)];
    let next = at + (version === 1 ? 8 : 2);
    for (let n = 0; n < count; n++) {
      const id = view.getUint16(next, true);
      const named = version === 1 || id > 255;
      const name = named ? view.getUint16(next + 2, true) : 0;
      const values = view.getUint16(next + (named ? 6 : 4), true);
      next += named ? 8 : 6;
      next += version === 1 ? Math.ceil(name / 8) * 8 + 4 * (values + (values % 2)) : name + 4 * values;
      if (id !== 1 && id !== 2) refuse(where, 'a filter that is not honoured', 'deflate (1), shuffle (2)', `${id}`);
      ids.unshift(id);
    }
  }
  return (data) => {
    // fflate writes into what it is given, and not beyond: with one byte to spare, what is too long shows.
    for (const id of ids)
      data = id === 1 ? unzlibSync(data, { out: new Uint8Array(bytes + 1) }) : unshuffled(data, each);
    if (data.length !== bytes) refuse(where, 'a chunk of the wrong size', `${bytes} bytes`, `${data.length}`);
    return data;
  };
}

/** First bytes of all elements, then second bytes, …: back to elements. */
function unshuffled(data: Uint8Array, each: number): Uint8Array {
  const count = Math.floor(data.length / each);
  return data.map((_, i) => data[(i % each) * count + Math.floor(i / each)] as number);
}

function copyChunk(
  out: Uint8Array,
  shape: readonly number[],
  data: Uint8Array,
  chunk: readonly number[],
  offset: readonly number[],
  each: number,
): void {
  const last = shape.length - 1;
  const width = chunk[last] as number;
  const kept = Math.min(width, (shape[last] as number) - (offset[last] as number)) * each;
  for (let row = 0, rows = data.length / (width * each); row < rows; row++) {
    let [rest, inside, flat, stride] = [row, true, offset[last] as number, shape[last] as number];
    for (let axis = last - 1; axis >= 0; axis--) {
      const position = (offset[axis] as number) + (rest % (chunk[axis] as number));
      rest = Math.floor(rest / (chunk[axis] as number));
      inside &&= position < (shape[axis] as number);
      flat += position * stride;
      stride *= shape[axis] as number;
    }
    if (inside) out.set(data.subarray(row * width * each, row * width * each + kept), flat * each);
  }
}
