/**
 * Writes data into a WebAssembly module: one passive segment, and an exported function that copies parts of it to their places in the
 * memory.
 */
import type { Recipe } from './recipe.js';
import {
  type Items,
  itemsOf,
  joined,
  moduleOf,
  oneMore,
  readUnsigned,
  SECTION,
  sectionsOf,
  signed,
  unsigned,
} from './wasm-sections.js';

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
  return moduleOf(sections);
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

/** The kernels import a memory and nothing else; whatever else there might be has no such short form. */
function importedFunctions(section: Uint8Array | undefined): number {
  const { count, bytes } = itemsOf(section);
  const [moduleLength, module] = readUnsigned(bytes, 0);
  const [nameLength, name] = readUnsigned(bytes, module + moduleLength);
  const MEMORY = 2;
  if (count !== 1 || bytes[name + nameLength] !== MEMORY) throw new Error('kernels that import more than a memory');
  return 0;
}
