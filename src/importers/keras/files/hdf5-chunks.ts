import { unzlibSync } from 'fflate';
import type { Budget } from '../../shared/budget.js';
import { refuse } from '../../shared/refuse.js';

/** Leaves of the tree of chunks. @param most how many entries there may be, so that nodes that share children end. */
export function* chunks(
  view: DataView,
  root: number,
  rank: number,
  most: number,
): Generator<[number[], number, number]> {
  const nodes: [position: number, level: number | undefined][] = [[root, undefined]];
  let entries = 0;
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    const [position, expected] = node;
    const level = view.getUint8(position + 5);
    if (view.getUint32(position) !== 0x54524545 || (expected !== undefined && level !== expected))
      throw new RangeError('a tree of chunks that is none');
    for (let n = view.getUint16(position + 6, true), entry = position + 24; n > 0; n--, entry += 24 + 8 * rank) {
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

/** What unpacks a chunk: its filters from the last to the first, each of which draws on the budget. */
export function pipeline(
  view: DataView,
  position: number | undefined,
  each: number,
  bytes: number,
  where: string,
  budget: Budget,
): (data: Uint8Array) => Uint8Array {
  const ids: number[] = [];
  if (position !== undefined) {
    const [version, count] = [view.getUint8(position), view.getUint8(position + 1)];
    let next = position + (version === 1 ? 8 : 2);
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
    for (const id of ids) {
      budget.bytes(bytes + 1, where);
      data = id === 1 ? unzlibSync(data, { out: new Uint8Array(bytes + 1) }) : unshuffled(data, each);
    }
    if (data.length !== bytes) refuse(where, 'a chunk of the wrong size', `${bytes} bytes`, `${data.length}`);
    return data;
  };
}

/** First bytes of all elements, then second bytes, …: back to elements. */
function unshuffled(data: Uint8Array, each: number): Uint8Array {
  const count = Math.floor(data.length / each);
  return data.map((_, i) => data[(i % each) * count + Math.floor(i / each)] as number);
}

export function copyChunk(
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
