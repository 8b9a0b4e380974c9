// HDF5 files of groups and float32 arrays as h5py writes them by default (HDF5 File Format Specification 3.0): superblock 0, object headers
// of version 1, groups as trees over symbol tables with their names in local heaps.

/** A group by names, or the numbers of an array of this shape. */
export type Item =
  | { readonly [name: string]: Item }
  | { readonly shape: readonly number[]; readonly data: Float32Array };

const UNDEFINED = 0xffff_ffff_ffff_ffffn;
/** Entries of a symbol table node, and children of a tree node, at most: as h5py has them. */
const [SYMBOLS, CHILDREN] = [8, 32];
const SUPERBLOCK = 96;
const ENTRY = 40;

class Writer {
  #bytes = new Uint8Array(2 ** 16);
  #view = new DataView(this.#bytes.buffer);
  end = SUPERBLOCK;

  /** Where so many bytes are free, at a multiple of 8. */
  take(length: number): number {
    const at = this.end;
    this.end += Math.ceil(length / 8) * 8;
    if (this.end > this.#bytes.length) {
      const grown = new Uint8Array(2 ** Math.ceil(Math.log2(this.end)));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
  put(at: number, ...bytes: number[]): void {
    this.#bytes.set(bytes, at);
  }
  text(at: number, text: string): void {
    this.#bytes.set(new TextEncoder().encode(text), at);
  }
  u16(at: number, n: number): void {
    this.#view.setUint16(at, n, true);
  }
  u32(at: number, n: number): void {
    this.#view.setUint32(at, n, true);
  }
  u64(at: number, n: number | bigint): void {
    this.#view.setBigUint64(at, BigInt(n), true);
  }
  floats(at: number, data: Float32Array): void {
    this.#bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
  }
  file(): Uint8Array {
    return this.#bytes.slice(0, this.end);
  }
}

/** An object header of these messages; each is written by its function. @returns its address. */
function header(
  out: Writer,
  messages: readonly (readonly [type: number, size: number, write: (at: number) => void])[],
): number {
  const total = messages.reduce((sum, [, size]) => sum + 8 + size, 0);
  const start = out.take(16 + total);
  out.put(start, 1);
  out.u16(start + 2, messages.length);
  out.u32(start + 4, 1);
  out.u32(start + 8, total);
  let at = start + 16;
  for (const [type, size, write] of messages) {
    out.u16(at, type);
    out.u16(at + 2, size);
    write(at + 8);
    at += 8 + size;
  }
  return start;
}

function dataset(out: Writer, shape: readonly number[], data: Float32Array): number {
  const at = out.take(data.byteLength);
  out.floats(at, data);
  const space = (to: number): void => {
    out.put(to, 1, shape.length);
    for (const [axis, n] of shape.entries()) out.u64(to + 8 + 8 * axis, n);
  };
  // IEEE 754 in little endian: sign at 31, exponent of 8 bits at 23 with a bias of 127, mantissa of 23 bits.
  const float32 = (to: number): void => {
    out.put(to, 0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127);
  };
  const contiguous = (to: number): void => {
    out.put(to, 3, 1);
    out.u64(to + 2, at);
    out.u64(to + 10, data.byteLength);
  };
  return header(out, [
    [1, 8 + 8 * shape.length, space],
    [3, 24, float32],
    [8, 24, contiguous],
  ]);
}

/** The place of a group's tree and heap, for what points to it. */
interface Place {
  readonly address: number;
  readonly tree?: number;
  readonly heap?: number;
}

function group(out: Writer, items: readonly (readonly [name: string, place: Place])[]): Place {
  const sorted = [...items].sort(([a], [b]) => (a < b ? -1 : 1));
  // The first name of a heap is empty.
  const offsets: number[] = [];
  let size = 8;
  for (const [name] of sorted) {
    offsets.push(size);
    size += Math.ceil((name.length + 1) / 8) * 8;
  }
  const names = out.take(size);
  for (const [i, [name]] of sorted.entries()) out.text(names + (offsets[i] as number), name);
  const heap = out.take(32);
  out.text(heap, 'HEAP');
  out.u64(heap + 8, size);
  out.u64(heap + 16, 1);
  out.u64(heap + 24, names);
  let level: { at: number; first: number; last: number }[] = [];
  for (let begin = 0; begin < sorted.length; begin += SYMBOLS) {
    const part = sorted.slice(begin, begin + SYMBOLS);
    const at = out.take(8 + SYMBOLS * ENTRY);
    out.text(at, 'SNOD');
    out.put(at + 4, 1);
    out.u16(at + 6, part.length);
    part.forEach(([, { address, tree, heap }], i) => {
      const entry = at + 8 + ENTRY * i;
      out.u64(entry, offsets[begin + i] as number);
      out.u64(entry + 8, address);
      if (tree === undefined || heap === undefined) return;
      out.u32(entry + 16, 1);
      out.u64(entry + 24, tree);
      out.u64(entry + 32, heap);
    });
    level.push({
      at,
      first: begin === 0 ? 0 : (offsets[begin - 1] as number),
      last: offsets[begin + part.length - 1] as number,
    });
  }
  for (let depth = 0; depth === 0 || level.length > 1; depth++) {
    const above: typeof level = [];
    for (let begin = 0; begin === 0 || begin < level.length; begin += CHILDREN) {
      const part = level.slice(begin, begin + CHILDREN);
      const at = out.take(24 + 8 + 16 * CHILDREN);
      out.text(at, 'TREE');
      out.put(at + 4, 0, depth);
      out.u16(at + 6, part.length);
      out.u64(at + 8, UNDEFINED);
      out.u64(at + 16, UNDEFINED);
      part.forEach((child, i) => {
        out.u64(at + 24 + 16 * i, child.first);
        out.u64(at + 32 + 16 * i, child.at);
        out.u64(at + 40 + 16 * i, child.last);
      });
      above.push({ at, first: part[0]?.first ?? 0, last: part.at(-1)?.last ?? 0 });
    }
    level = above;
  }
  const tree = (level[0] as { at: number }).at;
  const address = header(out, [
    [
      0x11,
      16,
      (at) => {
        out.u64(at, tree);
        out.u64(at + 8, heap);
      },
    ],
  ]);
  return { address, tree, heap };
}

function write(out: Writer, item: Item): Place {
  if (item.data instanceof Float32Array) return { address: dataset(out, item.shape as unknown as number[], item.data) };
  return group(
    out,
    Object.entries(item as { readonly [name: string]: Item }).map(
      ([name, inner]) => [name, write(out, inner)] as const,
    ),
  );
}

/** The bytes of a file with this root. */
export function hdf5(root: { readonly [name: string]: Item }): Uint8Array {
  const out = new Writer();
  const { address, tree, heap } = write(out, root);
  out.put(0, 0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10, 0, 0, 0, 0, 0, 8, 8, 0);
  out.u16(16, SYMBOLS / 2);
  out.u16(18, CHILDREN / 2);
  out.u64(24, 0);
  out.u64(32, UNDEFINED);
  out.u64(40, out.end);
  out.u64(48, UNDEFINED);
  out.u64(64, address);
  out.u32(72, 1);
  out.u64(80, tree as number);
  out.u64(88, heap as number);
  return out.file();
}
