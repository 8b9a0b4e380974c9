import { zlibSync } from 'fflate';
import type { HostileFile } from '../little-heap.js';
import { bytesOf, caseOf, type FileName } from './cases.js';

// HDF5 files made to keep a reader busy or to fill its memory.

const golden = (file: FileName, name: string): Uint8Array => bytesOf(file, caseOf(file, name));
/** The file that most of them are made of. */
export const lstm = (): Uint8Array => golden('keras2', 'lstm');
const packed = (): Uint8Array => golden('keras-old', 'packed_lstm');

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const u64 = (n: number): number[] => [...new Uint8Array(BigUint64Array.of(BigInt(n)).buffer)];
const u16 = (n: number): number[] => [n & 255, n >> 8];
const text = (value: string): number[] => [...new TextEncoder().encode(value)];

/** Every place where these bytes stand. */
function places(bytes: Uint8Array, wanted: readonly number[]): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(wanted[0] as number); at >= 0; at = bytes.indexOf(wanted[0] as number, at + 1))
    if (wanted.every((byte, i) => bytes[at + i] === byte)) found.push(at);
  return found;
}
/** The first place, which must be there. */
function place(bytes: Uint8Array, ...wanted: number[]): number {
  const [at] = places(bytes, wanted);
  if (at === undefined) throw new Error(`no ${wanted}`);
  return at;
}
/** Bytes put behind the file; `make` is told where they begin. */
function longer(bytes: Uint8Array, make: (at: number) => number[]): { bytes: Uint8Array; at: number } {
  const at = bytes.length;
  const more = make(at);
  const out = new Uint8Array(at + more.length);
  out.set(bytes);
  out.set(more, at);
  return { bytes: out, at };
}
/** Everything that points to one address points to another. */
function redirected(bytes: Uint8Array, from: number, to: number): Uint8Array {
  for (const at of places(bytes, u64(from))) bytes.set(u64(to), at);
  return bytes;
}
/** The node of a tree, all its entries one address. */
const node = (level: number, entries: number, address: number): number[] => [
  ...text('TREE'),
  0,
  level,
  ...u16(entries),
  ...u64(-1),
  ...u64(-1),
  ...Array.from({ length: entries }, () => [...u64(0), ...u64(address)]).flat(),
  ...u64(0),
];
const rootTree = (bytes: Uint8Array): number => place(bytes, ...text('TREE'));
const table = (bytes: Uint8Array): number => place(bytes, ...text('SNOD'));

/** The dataspace (4, 20) of the LSTM's kernel. */
const KERNEL = [...u64(4), ...u64(20)];
const WEIGHT_NAMES = text('weight_names\0');

const FILES: [name: string, file: () => Uint8Array, says: RegExp][] = [
  [
    'a group whose tree has itself for a child',
    () => {
      const bytes = lstm();
      const at = rootTree(bytes);
      bytes[at + 5] = 1;
      bytes.set(u64(at), at + 32);
      return bytes;
    },
    /not an HDF5 file/,
  ],
  [
    'a tree of five levels with a thousand branches each, all to one node',
    () => {
      const bytes = lstm();
      let child = table(bytes);
      let grown = bytes;
      for (let level = 0; level < 5; level++) {
        const { bytes: next, at } = longer(grown, () => node(level, 1000, child));
        [grown, child] = [next, at];
      }
      return redirected(grown, rootTree(bytes), child);
    },
    /file: too many (operations|bytes) for a file of/,
  ],
  [
    'an object header that continues in itself, 65,535 messages long',
    () => {
      const bytes = lstm();
      const view = viewOf(bytes);
      const header = Number(view.getBigUint64(64, true));
      view.setUint16(header + 2, 65_535, true);
      bytes.set([0x10, 0, 16, 0, 0, 0, 0, 0, ...u64(header + 16), ...u64(24)], header + 16);
      view.setUint32(header + 8, 24, true);
      return bytes;
    },
    /weights without a model/,
  ],
  [
    'a dataset of a million million numbers',
    () => {
      const bytes = lstm();
      bytes.set([...u64(2 ** 20), ...u64(2 ** 20)], place(bytes, ...KERNEL));
      return bytes;
    },
    /more numbers than the file can hold; expected at most \d+ bytes, got \(1048576, 1048576\) f4/,
  ],
  [
    'a dataset of 2^64 - 1 numbers',
    () => {
      const bytes = lstm();
      bytes.set([...u64(-1), ...u64(1)], place(bytes, ...KERNEL));
      return bytes;
    },
    /more numbers than the file can hold/,
  ],
  [
    'an attribute of four thousand million texts',
    () => {
      const bytes = lstm();
      for (const at of places(bytes, WEIGHT_NAMES)) {
        // Name (16), type (24), dataspace: version, rank, flags, reserved, then the size.
        viewOf(bytes).setBigUint64(at + 16 + 24 + 8, 4_000_000_000n, true);
      }
      return bytes;
    },
    /damaged attribute weight_names.*more texts than the file can hold/,
  ],
  [
    'texts of no bytes, four thousand million of them',
    () => {
      const bytes = lstm();
      for (const at of places(bytes, WEIGHT_NAMES)) {
        bytes[at + 16] = 0x13;
        viewOf(bytes).setUint32(at + 16 + 4, 0, true);
        viewOf(bytes).setBigUint64(at + 16 + 24 + 8, 4_000_000_000n, true);
      }
      return bytes;
    },
    /damaged attribute weight_names.*more texts than the file can hold/,
  ],
  [
    'a chunk that unpacks to a hundred million zeros',
    () => {
      const bomb = zlibSync(new Uint8Array(100_000_000), { level: 9 });
      const bytes = packed();
      const { bytes: grown, at } = longer(bytes, () => [...bomb]);
      const view = viewOf(grown);
      const rank = 2;
      for (const node of places(grown, [...text('TREE'), 1, 0])) {
        // The arrays with two axes are those of kernels; the first of each has its first chunk replaced.
        view.setUint32(node + 24, bomb.length, true);
        view.setBigUint64(node + 24 + 8 + 8 * (rank + 1), BigInt(at), true);
      }
      return grown;
    },
    /a chunk of the wrong size/,
  ],
  [
    'chunks larger than the file',
    () => {
      const bytes = packed();
      // Layout version 3, class 2 (chunked), rank 2 + 1, address, then the chunk's sizes.
      for (const at of places(bytes, [3, 2, 3])) viewOf(bytes).setUint32(at + 11, 0xffffffff, true);
      return bytes;
    },
    /more numbers than the file can hold/,
  ],
  [
    'a tree of chunks that has itself for a child',
    () => {
      const bytes = packed();
      for (const at of places(bytes, [...text('TREE'), 1, 0])) {
        bytes[at + 5] = 1;
        viewOf(bytes).setBigUint64(at + 24 + 8 + 24, BigInt(at), true);
      }
      return bytes;
    },
    /a damaged dataset/,
  ],
  [
    'a layout of a newer version',
    () => {
      const bytes = packed();
      for (const at of places(bytes, [3, 2, 3])) bytes[at] = 4;
      return bytes;
    },
    /a layout that is not honoured; expected contiguous, compact, or chunks of version 3, got 2 of version 4/,
  ],
  [
    'two chunks for one place',
    () => {
      const bytes = packed();
      for (const at of places(bytes, [...text('TREE'), 1, 0])) bytes.fill(0, at + 24 + 40 + 8, at + 24 + 40 + 24);
      return bytes;
    },
    /a chunk twice, or outside of its array; expected every chunk once, got \[0, 0\]/,
  ],
  [
    'chunks left out',
    () => {
      const bytes = packed();
      for (const at of places(bytes, [...text('TREE'), 1, 0])) bytes.set([1, 0], at + 6);
      return bytes;
    },
    /chunks that are missing; expected 4, got 1/,
  ],
];

export const HOSTILE: readonly HostileFile[] = FILES.map(([name, file, says]) => ({
  name,
  reader: 'keras',
  files: () => [file()],
  says,
}));
