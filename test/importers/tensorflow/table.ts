import { crc32c } from '../../../src/importers/tensorflow/crc32c.js';

// Checkpoint indices byte by byte, with checksums that fit: a LevelDB table of one block.

export const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(Math.floor(n / 128))]);
export const u32 = (n: number): number[] => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];
const text = (value: string): number[] => [...new TextEncoder().encode(value)];

/** A block's bytes with its compression and checksum behind them. */
function sealed(content: number[], compression = 0): number[] {
  const bytes = [...content, compression];
  return [...bytes, ...u32(crc32c(Uint8Array.from(bytes)))];
}
/** One key and its value; `shared`: how many bytes of the key before it to repeat. */
export const entry = (key: string, value: number[], shared = 0): number[] => [
  ...varint(shared),
  ...varint(key.length),
  ...varint(value.length),
  ...text(key),
  ...value,
];
export const noRestarts = u32(0);

/** A table whose only data block is this. */
export function table(
  block: number[],
  { compression = 0, footer }: { compression?: number; footer?: number[] } = {},
): Uint8Array {
  const data = sealed(block, compression);
  const index = sealed([...entry('z', [...varint(0), ...varint(block.length)]), ...noRestarts]);
  const handles = footer ?? [0, 0, ...varint(data.length), ...varint(index.length - 5)];
  const end = [...handles, ...Array(40 - handles.length).fill(0), 0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
  return Uint8Array.from([...data, ...index, ...end]);
}
export const field = (number: number, value: number | number[]): number[] =>
  typeof value === 'number'
    ? [...varint(number * 8), ...varint(value)]
    : [...varint(number * 8 + 2), ...varint(value.length), ...value];
