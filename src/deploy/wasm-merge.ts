/** Two WebAssembly modules as one, which imports the memory that both did. */
import { renumbered, type Space } from './wasm-code.js';
import { type Items, itemsOf, joined, moduleOf, readUnsigned, SECTION, sectionsOf, unsigned } from './wasm-sections.js';

/** Before the names of what the integer kernels export, where they share a module with the others. */
export const INT8_PREFIX = 'int8 ';

/** Kinds of exports, by which space they count in. */
const SPACES: Readonly<Record<number, Space>> = { 0: 'function', 3: 'global' };

/**
 * @param base a module without imported functions and globals, and which has no start and no table.
 * @param added one more of these; its exports get a prefix.
 */
export function merged(base: Uint8Array, added: Uint8Array, prefix: string): Uint8Array<ArrayBuffer> {
  const [sections, more] = [sectionsOf(base), sectionsOf(added)];
  const count = (id: number): number => itemsOf(sections.get(id)).count;
  const before: Record<Space, number> = {
    type: count(SECTION.type),
    function: count(SECTION.function),
    global: count(SECTION.global),
    data: count(SECTION.data),
  };
  const to = (space: Space, number: number): number => number + before[space];
  const append = (id: number, items: Items): void => {
    const { count: first, bytes } = itemsOf(sections.get(id));
    if (items.count > 0) sections.set(id, joined(unsigned(first + items.count), bytes, items.bytes));
  };
  append(SECTION.type, itemsOf(more.get(SECTION.type)));
  append(
    SECTION.function,
    mapped(more.get(SECTION.function), (bytes, at) => {
      const [type, next] = readUnsigned(bytes, at);
      return [unsigned(to('type', type)), next];
    }),
  );
  append(SECTION.global, itemsOf(more.get(SECTION.global)));
  append(
    SECTION.export,
    mapped(more.get(SECTION.export), (bytes, at) => exported(bytes, at, prefix, to)),
  );
  append(
    SECTION.code,
    mapped(more.get(SECTION.code), (bytes, at) => {
      const [length, start] = readUnsigned(bytes, at);
      const body = renumbered(bytes.subarray(start, start + length), to);
      return [joined(unsigned(body.length), body), start + length];
    }),
  );
  append(SECTION.data, itemsOf(more.get(SECTION.data)));
  return moduleOf(sections);
}

/** Each item of a section as another. @param read makes one of that which begins at a place, and tells where the next one does. */
function mapped(
  section: Uint8Array | undefined,
  read: (bytes: Uint8Array, at: number) => readonly [item: Uint8Array, next: number],
): Items {
  const { count, bytes } = itemsOf(section);
  const items: Uint8Array[] = [];
  for (let at = 0, item: Uint8Array; items.length < count; items.push(item)) [item, at] = read(bytes, at);
  return { count, bytes: joined(...items) };
}

function exported(
  bytes: Uint8Array,
  at: number,
  prefix: string,
  to: (space: Space, number: number) => number,
): readonly [item: Uint8Array, next: number] {
  const [length, start] = readUnsigned(bytes, at);
  const kind = bytes[start + length] as number;
  const [number, next] = readUnsigned(bytes, start + length + 1);
  const space = SPACES[kind];
  if (!space) throw new Error(`kernels that export what is of kind ${kind}`);
  const name = joined(new TextEncoder().encode(prefix), bytes.subarray(start, start + length));
  return [joined(unsigned(name.length), name, Uint8Array.of(kind), unsigned(to(space, number))), next];
}
