/**
 * Writes data into a WebAssembly module: one passive segment, and an exported function that copies parts of it to their places in the
 * memory. Sections and their order: https://webassembly.github.io/spec/core/binary/modules.html
 */
import type { Recipe } from './recipe.js';

/** Sections by their numbers. */
const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10, data: 11, dataCount: 12 } as const;
/** In the order that they have in a file. */
const ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];

const HEADER = 8;

/** A vector: how many items, and the bytes of all of them. */
interface Items {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** @param fill the name of the function. */
export function withData(
  module: Uint8Array,
  fill: string,
  places: Recipe['places'],
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(module);
  const items = (id: number): Items => itemsOf(sections.get(id));
  const [types, functions, exports] = [items(SECTION.type), items(SECTION.function), items(SECTION.export)];
  const [codes, segments] = [items(SECTION.code), items(SECTION.data)];
  const index = importedFunctions(sections.get(SECTION.import)) + functions.count;
  const body = bodyOf(places, segments.count);
  const name = new TextEncoder().encode(fill);
  // A type () -> (), a function of it, its name, its body.
  sections.set(SECTION.type, oneMore(types, Uint8Array.of(0x60, 0, 0)));
  sections.set(SECTION.function, oneMore(functions, unsigned(types.count)));
  sections.set(
    SECTION.export,
    oneMore(exports, joined(unsigned(name.length), name, Uint8Array.of(0), unsigned(index))),
  );
  sections.set(SECTION.code, oneMore(codes, joined(unsigned(body.length), body)));
  // 1: passive.
  sections.set(SECTION.data, oneMore(segments, joined(Uint8Array.of(1), unsigned(data.length), data)));
  sections.set(SECTION.dataCount, unsigned(segments.count + 1));
  const parts = ORDER.flatMap((id) => {
    const content = sections.get(id);
    return content ? [Uint8Array.of(id), unsigned(content.length), content] : [];
  });
  return joined(module.subarray(0, HEADER), ...parts);
}

/** memory.init, part after part. */
function bodyOf(places: Recipe['places'], segment: number): Uint8Array {
  const I32_CONST = Uint8Array.of(0x41);
  const MEMORY_INIT = Uint8Array.of(0xfc, 8);
  let from = 0;
  const parts = places.flatMap(([address, length]) => {
    const numbers = [address, from, length].flatMap((number) => [I32_CONST, signed(number)]);
    from += length;
    return [...numbers, MEMORY_INIT, unsigned(segment), unsigned(0)];
  });
  // No locals; end.
  return joined(Uint8Array.of(0), ...parts, Uint8Array.of(0x0b));
}

/** Custom sections (names) are left out. */
function sectionsOf(module: Uint8Array): Map<number, Uint8Array> {
  const sections = new Map<number, Uint8Array>();
  for (let at = HEADER; at < module.length; ) {
    const id = module[at] as number;
    const [length, start] = readUnsigned(module, at + 1);
    at = start + length;
    if (id !== 0) sections.set(id, module.subarray(start, at));
  }
  return sections;
}

function itemsOf(section: Uint8Array | undefined): Items {
  if (!section) return { count: 0, bytes: new Uint8Array(0) };
  const [count, start] = readUnsigned(section, 0);
  return { count, bytes: section.subarray(start) };
}

const oneMore = ({ count, bytes }: Items, item: Uint8Array): Uint8Array => joined(unsigned(count + 1), bytes, item);

/** The kernels import a memory and nothing else; whatever else there might be has no such short form. */
function importedFunctions(section: Uint8Array | undefined): number {
  const { count, bytes } = itemsOf(section);
  const [moduleLength, module] = readUnsigned(bytes, 0);
  const [nameLength, name] = readUnsigned(bytes, module + moduleLength);
  const MEMORY = 2;
  if (count !== 1 || bytes[name + nameLength] !== MEMORY) throw new Error('kernels that import more than a memory');
  return 0;
}

function readUnsigned(bytes: Uint8Array, from: number): [value: number, next: number] {
  let value = 0;
  let at = from;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++] as number;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at];
  }
}

/** LEB128. */
function unsigned(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

/** LEB128 of a whole number below 2^32, as int32. */
function signed(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const byte = rest & 127;
    const isLast = rest >> 6 === 0 || rest >> 6 === -1;
    bytes.push(isLast ? byte : byte + 128);
    if (isLast) return Uint8Array.from(bytes);
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
