/** WebAssembly modules as their sections: https://webassembly.github.io/spec/core/binary/modules.html */

/** Sections by their numbers. */
export const SECTION = {
  type: 1,
  import: 2,
  function: 3,
  global: 6,
  export: 7,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;
/** In the order that they have in a file. */
const ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];

/** Magic number and version. */
const HEADER = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

/** A vector: how many items, and the bytes of all of them. */
export interface Items {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Custom sections (names) are left out. */
export function sectionsOf(module: Uint8Array): Map<number, Uint8Array> {
  const sections = new Map<number, Uint8Array>();
  for (let at = HEADER.length; at < module.length; ) {
    const id = module[at] as number;
    const [length, start] = readUnsigned(module, at + 1);
    at = start + length;
    if (id !== 0) sections.set(id, module.subarray(start, at));
  }
  return sections;
}

export function itemsOf(section: Uint8Array | undefined): Items {
  if (!section) return { count: 0, bytes: new Uint8Array(0) };
  const [count, start] = readUnsigned(section, 0);
  return { count, bytes: section.subarray(start) };
}

export const oneMore = ({ count, bytes }: Items, item: Uint8Array): Uint8Array =>
  joined(unsigned(count + 1), bytes, item);

/** The way back. */
export function moduleOf(sections: ReadonlyMap<number, Uint8Array>): Uint8Array<ArrayBuffer> {
  const parts = ORDER.flatMap((id) => {
    const content = sections.get(id);
    return content ? [Uint8Array.of(id), unsigned(content.length), content] : [];
  });
  return joined(HEADER, ...parts);
}

export function readUnsigned(bytes: Uint8Array, from: number): [value: number, next: number] {
  let value = 0;
  let at = from;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++] as number;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at];
  }
}

/** LEB128. */
export function unsigned(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

/** LEB128 of a whole number below 2^32, as int32. */
export function signed(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const byte = rest & 127;
    const isLast = rest >> 6 === 0 || rest >> 6 === -1;
    bytes.push(isLast ? byte : byte + 128);
    if (isLast) return Uint8Array.from(bytes);
  }
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
