import { itemsOf, joined, moduleOf, readUnsigned, SECTION, sectionsOf, unsigned } from './wasm-sections.js';

/** By name of an exported function, the numbers of all functions that it calls, itself among them. */
export type Reach = Readonly<Record<string, readonly number[]>>;

/** No locals; unreachable; end. */
const STUB = Uint8Array.of(3, 0, 0, 0x0b);

/**
 * A module in which only some of its exported functions are left, and what they call: what is behind the others is empty, so that
 * nothing has another number.
 */
export function onlyWith(module: Uint8Array, names: readonly string[], reach: Reach): Uint8Array<ArrayBuffer> {
  const used = new Set(names.flatMap((name) => reach[name] ?? []));
  const sections = sectionsOf(module);
  const codes = itemsOf(sections.get(SECTION.code));
  const bodies: Uint8Array[] = [unsigned(codes.count)];
  for (let at = 0, index = 0; index < codes.count; index++) {
    const [length, start] = readUnsigned(codes.bytes, at);
    bodies.push(used.has(index) ? codes.bytes.subarray(at, start + length) : STUB);
    at = start + length;
  }
  sections.set(SECTION.code, joined(...bodies));
  sections.set(SECTION.export, exportsOf(sections.get(SECTION.export), new Set(names)));
  return moduleOf(sections);
}

/** All exports but those of functions that have other names. */
function exportsOf(section: Uint8Array | undefined, names: ReadonlySet<string>): Uint8Array {
  const FUNCTION = 0;
  const { count, bytes } = itemsOf(section);
  const kept: Uint8Array[] = [];
  for (let at = 0, item = 0; item < count; item++) {
    const [length, start] = readUnsigned(bytes, at);
    const kind = start + length;
    const [, next] = readUnsigned(bytes, kind + 1);
    const name = new TextDecoder().decode(bytes.subarray(start, kind));
    if (bytes[kind] !== FUNCTION || names.has(name)) kept.push(bytes.subarray(at, next));
    at = next;
  }
  return joined(unsigned(kept.length), ...kept);
}

/** The exports that a code's text names, as a property or where it takes them out of an object. */
export function namedIn(code: string, reach: Reach): string[] {
  const names = new Set<string | undefined>();
  for (const [, property, taken] of code.matchAll(/\.(\w+)|[{,](\w+)(?=:[\w$]|[,}])/g)) names.add(property ?? taken);
  return Object.keys(reach).filter((name) => names.has(name));
}
