/**
 * Zip archives (PKWARE APPNOTE 6.3), read by the directory at their end:
 *
 *     entries: 'PK\3\4' header, name, extra, data      directory: 'PK\1\2' record, name, extra, comment, per entry      'PK\5\6' end record
 */
import { inflateSync } from 'fflate';
import { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { type FileBytes, viewBytes } from './bytes.js';
import { crc32 } from './crc.js';

/** Deflate cannot expand more than this; a directory that declares more lies. */
export const MOST_EXPANSION = 1040;
const ENTRY = 0x04034b50;
const RECORD = 0x02014b50;
const END = 0x06054b50;

interface ZipOptions {
  /** Only the entries this accepts are unpacked. Default: all. */
  readonly only?: (name: string) => boolean;
  readonly budget?: Budget | undefined;
}

/** Whether bytes begin as a zip archive with entries does. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

/** The entries of a zip archive by name, unpacked. @throws {ImportError} as `openZip` and what it gives do. */
export function readZip(bytes: FileBytes, { only = () => true, budget }: ZipOptions = {}): Map<string, Uint8Array> {
  const entries = [...openZip(bytes, budget)].filter(([name]) => only(name));
  return new Map(entries.map(([name, unpack]) => [name, unpack()]));
}

/**
 * What unpacks each entry of a zip archive, by name, folders left out. Sizes are checked before anything is allocated, and all
 * bytes against their CRC-32; those that are stored as they are are not copied, and bytes that several entries refer to are
 * unpacked once.
 * @throws {ImportError} not a zip, no directory, an entry twice; by the functions: a size that cannot be or exceeds the budget,
 *   damaged data.
 */
export function openZip(bytes: FileBytes, budget = new Budget(viewBytes(bytes).length)): Map<string, () => Uint8Array> {
  const file = viewBytes(bytes);
  if (!isZip(file)) refuse('file', 'not a zip archive', 'PK\\x03\\x04', 'other bytes');
  // What is behind the end is no record, so zeros do for it.
  const u16 = (position: number): number => (file[position] ?? 0) + 256 * (file[position + 1] ?? 0);
  const u32 = (position: number): number => u16(position) + 65536 * u16(position + 2);
  const damaged = (where: string, expected: string, got: string): never =>
    refuse(where, 'a damaged zip archive', expected, got);
  // Behind the end record of 22 bytes there may be a comment, of as many as 16 bits count.
  let end = file.length - 22;
  const earliest = Math.max(1, end - 65535);
  while (end >= earliest && u32(end) !== END) end--;
  if (end < earliest) damaged('file', 'a directory at its end', 'none');
  const entries = new Map<string, () => Uint8Array>();
  const unpacked = new Map<string, Uint8Array>();
  // PyTorch leaves all of them zero if it is told to save time (torch.serialization.set_crc32_options).
  let checked = false;
  let position = u32(end + 16);
  for (let left = u16(end + 10); left > 0; left--) {
    if (u32(position) !== RECORD) damaged('file', `a record at byte ${position}`, 'other bytes');
    const [flags, method, crc, packed, size] = [
      u16(position + 8),
      u16(position + 10),
      u32(position + 16),
      u32(position + 20),
      u32(position + 24),
    ];
    const offset = u32(position + 42);
    checked ||= crc !== 0;
    const behind = position + 46 + u16(position + 28);
    const name = new TextDecoder().decode(file.slice(position + 46, behind));
    position = behind + u16(position + 30) + u16(position + 32);
    const where = `zip entry ${JSON.stringify(name)}`;
    if (entries.has(name)) refuse(where, 'an entry twice', 'every name once');
    const unpack = () => {
      const sizes = `${packed} packed, ${size} unpacked`;
      if (packed > file.length || size > packed * MOST_EXPANSION + 64)
        refuse(where, 'a size that cannot be', `at most ${file.length} packed bytes`, sizes);
      budget.operations(size, where);
      if (method !== 0) budget.bytes(size, where);
      if ((method !== 0 && method !== 8) || flags & 1)
        refuse(where, 'packed in another way', 'stored or deflated, not encrypted', `method ${method}, flags ${flags}`);
      if (u32(offset) !== ENTRY) damaged(where, `an entry at byte ${offset}`, 'other bytes');
      const id = `${offset}, ${packed}, ${size}, ${method}, ${crc}`;
      const known = unpacked.get(id);
      if (known) return known;
      const begin = offset + 30 + u16(offset + 26) + u16(offset + 28);
      const data = file.subarray(begin, begin + packed);
      const out = method === 0 ? data : inflate(data, size);
      if (out?.length !== size || (checked && crc32(out) !== crc))
        damaged(where, `${size} bytes with the CRC-32 ${crc.toString(16)}`, 'other bytes');
      unpacked.set(id, out as Uint8Array);
      return out as Uint8Array;
    };
    if (!name.endsWith('/')) entries.set(name, unpack);
  }
  return entries;
}

function inflate(data: Uint8Array, size: number): Uint8Array | undefined {
  try {
    return inflateSync(data, { out: new Uint8Array(size) });
  } catch {
    return undefined;
  }
}
