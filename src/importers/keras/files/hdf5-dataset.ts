import { show } from '../../formats/json.js';
import { readNumbers } from '../../formats/npy.js';
import { MOST_EXPANSION } from '../../formats/zip.js';
import type { Budget } from '../../shared/budget.js';
import { refuse } from '../../shared/refuse.js';
import { chunks, copyChunk, pipeline } from './hdf5-chunks.js';
import { type Messages, product, shapeAt, type Type, typeAt } from './hdf5-types.js';

// Every size that is declared is held against the bytes that there are before anything is made of that size.

const [DATASPACE, DATATYPE, LAYOUT, FILTERS] = [1, 3, 8, 11];

/** The numbers of a dataset. @throws {ImportError} one that the file cannot hold; more than the budget has. */
export function datasetOf(
  view: DataView,
  messages: Messages,
  where: string,
  budget: Budget,
): { shape: number[]; data: Float32Array } {
  const [space, typed, layout] = [DATASPACE, DATATYPE, LAYOUT].map((type) => messages(type)[0]);
  if (space === undefined || typed === undefined || layout === undefined)
    return refuse(where, 'no such dataset', 'an array of weights', 'a group');
  const [shape, type] = [shapeAt(view, space), typeAt(view, typed)];
  if (!/^[fiu][1248]$/.test(type.name))
    refuse(where, 'a type that is not honoured', 'floats or whole numbers', type.name);
  const bytes = bytesOf(view, layout, shape, type, messages(FILTERS)[0], where, budget);
  return {
    shape,
    data: readNumbers(bytes, { type: type.name, little: type.little, fortran: false, shape }, where, budget).data,
  };
}

function bytesOf(
  view: DataView,
  layout: number,
  shape: number[],
  { bytes: each, name }: Type,
  filters: number | undefined,
  where: string,
  budget: Budget,
): Uint8Array {
  const size = product(shape) * each;
  const [version, one, two] = [view.getUint8(layout), view.getUint8(layout + 1), view.getUint8(layout + 2)];
  const early = version <= 2;
  const kind = early ? two : one;
  let position = layout + (early ? 8 : 2);
  const tooMany = (most: number): never =>
    refuse(where, 'more numbers than the file can hold', `at most ${most} bytes`, `(${shape.join(', ')}) ${name}`);
  const piece = (from: number, length: number): Uint8Array => {
    if (!(from + length <= view.byteLength)) tooMany(view.byteLength);
    return new Uint8Array(view.buffer, view.byteOffset + from, length);
  };
  if (kind === 0 && !early) return piece(position + 2, size);
  if (kind === 1) return piece(Number(view.getBigUint64(position, true)), size);
  if (kind !== 2 || version > 3)
    return refuse(
      where,
      'a layout that is not honoured',
      'contiguous, compact, or chunks of version 3',
      `${kind} of version ${version}`,
    );
  const rank = (early ? one : view.getUint8(position++)) - 1;
  const root = Number(view.getBigUint64(position, true));
  const chunk = Array.from({ length: rank }, (_, axis) => view.getUint32(position + 8 + 4 * axis, true));
  const chunkBytes = product(chunk) * each;
  // What deflate can make of a byte at most.
  const most = view.byteLength * (filters === undefined ? 1 : MOST_EXPANSION);
  if (!(size <= most && chunkBytes <= most && chunkBytes > 0) || rank !== shape.length) return tooMany(most);
  const counts = shape.map((n, axis) => Math.ceil(n / (chunk[axis] as number)));
  // Chunks at the edge reach beyond it, but no further than a chunk's size.
  if (!(product(counts) * chunkBytes <= 2 * most)) return tooMany(most);
  const total = product(counts);
  // An entry of the tree takes this many bytes.
  if (!(total * (32 + 8 * rank) <= view.byteLength)) return tooMany(view.byteLength);
  budget.bytes(size, where);
  const unpack = pipeline(view, filters, each, chunkBytes, where, budget);
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
