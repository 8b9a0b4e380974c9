import { unzipSync, zipSync } from 'fflate';
import { opcodesOf } from '../slow/children/pickle-damage.js';
import { build, type Field, parse } from '../slow/children/wire-damage.js';
import type { Seed } from './corpus.js';
import { jsonInside } from './inside.js';

// Files in which one text is another: a key, a value, the name of a file in an archive, of an operator, of a tensor.

/** What any plain object of JavaScript has without being given it. */
export const NAMES = ['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'] as const;

/** One text of a file, and the file with another in its place. */
export interface Place {
  readonly what: string;
  rename(name: string): Uint8Array;
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
const ofLatin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const replaced = <Item>(list: readonly Item[], at: number, item: Item): Item[] =>
  list.map((one, index) => (index === at ? item : one));

/** Every place in a file where a text stands. */
export const placesOf = (seed: Seed): Place[] => [
  ...jsonInside(seed).flatMap(({ how, text, put }) => inText(text, how, /"(?:[^"\\]|\\.)*"/g, quoted, put)),
  ...inEntries(seed),
  ...inMessages(seed),
  ...inPickles(seed.bytes, seed.name, (bytes) => bytes),
  ...inFixedPlaces(seed),
];

const quoted = (name: string): string => `"${name}"`;

function inText(
  text: string,
  how: string,
  pattern: RegExp,
  make: (name: string, before: string) => string | undefined,
  put: (text: string) => Uint8Array,
): Place[] {
  return [...text.matchAll(pattern)].map(({ 0: token, index }) => ({
    what: `${how}, ${token.slice(0, 60)}`,
    rename: (name) => {
      const other = make(name, token);
      return put(text.slice(0, index) + (other ?? token) + text.slice(index + token.length));
    },
  }));
}

/** Archives: the names of their entries, and pickles among them. */
function inEntries({ name, bytes }: Seed): Place[] {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return [];
  const entries = unzipSync(bytes);
  return Object.keys(entries).flatMap((entry): Place[] => {
    const { [entry]: content, ...rest } = entries as Record<string, Uint8Array>;
    const parts = entry.split('/');
    const zipped = (path: string, data: Uint8Array): Uint8Array => {
      // As entries of an array: `__proto__` of a record is none of its own.
      const own = path === '__proto__' ? `x/${path}` : path; // fflate writes none of that name alone.
      const all = Object.defineProperty({ ...rest }, own, { value: data, enumerable: true });
      return zipSync(all, { level: 0 });
    };
    const renamed = parts.map((part, at) => ({
      what: `entry ${part} of ${entry}`,
      rename: (other: string) =>
        zipped(replaced(parts, at, other + (/\.\w+$/.exec(part)?.[0] ?? '')).join('/'), content as Uint8Array),
    }));
    const inner = (how: string) => inPickles(content as Uint8Array, `${name} ${how}`, (data) => zipped(entry, data));
    return [...renamed, ...(entry.endsWith('.pkl') ? inner(entry) : [])];
  });
}

/** Protobuf: every field that is text, and the domain of every node. */
function inMessages({ name, bytes }: Seed): Place[] {
  if (!name.startsWith('ONNX')) return [];
  const model = parse(bytes) as Field[];
  const places: Place[] = [];
  const walk = (fields: Field[], path: string): void => {
    fields.forEach((field, index) => {
      const { number, wire, value } = field;
      const at = `${path}.${number}`;
      const put = (fields: Field[], index: number, made: Field, removed: number) => {
        const before = fields.slice();
        fields.splice(index, removed, made);
        const out = build(model);
        fields.splice(0, fields.length, ...before);
        return out;
      };
      if (Array.isArray(value)) {
        // Graph 7 of a model, node 1 of a graph, its domain 7.
        if (at === '.7.1') {
          const domain = (text: string): Field => ({ number: 7, wire: 2, value: ofLatin1(text) });
          places.push({ what: 'a domain', rename: (other) => put(value, value.length, domain(other), 0) });
        }
        walk(value, at);
      } else if (wire === 2 && value instanceof Uint8Array && /^[\x20-\x7e]+$/.test(latin1(value)))
        places.push({
          what: `field ${at}, ${latin1(value).slice(0, 60)}`,
          rename: (other) => put(fields, index, { number, wire, value: ofLatin1(other) }, 1),
        });
    });
  };
  walk(model, '');
  return places;
}

/** Pickles one after another: texts, and what is imported. */
function inPickles(bytes: Uint8Array, how: string, put: (bytes: Uint8Array) => Uint8Array): Place[] {
  if (bytes[0] !== 0x80) return [];
  const opcodes: Uint8Array[] = [];
  for (let at = 0; ; ) {
    const found = opcodesOf(bytes, at);
    if (!found) {
      opcodes.push(bytes.subarray(at));
      break;
    }
    opcodes.push(...found.opcodes);
    at = found.end;
  }
  return opcodes.slice(0, -1).flatMap((opcode, index): Place[] => {
    const code = String.fromCharCode(opcode[0] as number);
    const made = (name: string, part: number): Uint8Array => {
      if (code === 'c')
        return ofLatin1(`c${replaced(latin1(opcode).slice(1, -1).split('\n'), part, name).join('\n')}\n`);
      const short = code === 'U' || code === '\x8c';
      return ofLatin1(`${code}${String.fromCharCode(name.length)}${short ? '' : '\0\0\0'}${name}`);
    };
    const parts = code === 'c' ? [0, 1] : 'UTX\x8c'.includes(code) ? [0] : [];
    return parts.map((part) => ({
      what: `${how}, opcode ${index} ${latin1(opcode).slice(1, 60)}`,
      rename: (name) => put(joined(replaced(opcodes, index, made(name, part)))),
    }));
  });
}

/** HDF5: JSON and names where they stand, those that are no shorter: lengths stay as they are. */
function inFixedPlaces({ name, bytes }: Seed): Place[] {
  if (!/\.h5$/.test(name)) return [];
  const text = latin1(bytes);
  const padded = (end: string, fill: string) => (other: string, before: string) =>
    other.length + 2 * end.length > before.length ? undefined : `${end}${other}${end}`.padEnd(before.length, fill);
  return [
    ...inText(text, 'text', /"[^"\\]{7,}"/g, padded('"', ' '), ofLatin1),
    ...inText(text, 'name', /[A-Za-z_][\w:./]{6,}(?=\0)/g, padded('', '\0'), ofLatin1),
  ];
}
