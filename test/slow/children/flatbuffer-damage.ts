import type { Random } from './random.js';

// TensorFlow Lite files, damaged where FlatBuffers can be: distances to other tables, vtables of others, lengths, numbers, texts.

/** What a field of a table holds; `T` and `[T]` are tables, by name. */
type Schema = Readonly<Record<string, Readonly<Record<number, string>>>>;

/** Of schema.fbs, version 3c. Options of operators are tables of no known fields. */
const SCHEMA: Schema = {
  Model: { 0: 'u32', 1: '[Code]', 2: '[Graph]', 3: 'text', 4: '[Buffer]', 6: '[Metadata]', 7: '[Signature]' },
  Code: { 0: 'u8', 1: 'text', 2: 'u32', 3: 'u32' },
  Graph: { 0: '[Tensor]', 1: '[u32]', 2: '[u32]', 3: '[Operator]', 4: 'text' },
  Tensor: { 0: '[u32]', 1: 'u8', 2: 'u32', 3: 'text', 4: 'Quantization', 5: 'u8', 7: '[u32]' },
  Quantization: { 2: '[f32]', 3: '[u64]', 6: 'u32' },
  Operator: { 0: 'u32', 1: '[u32]', 2: '[u32]', 3: 'u8', 4: 'Options', 8: '[u32]' },
  Options: {},
  Buffer: { 0: '[u8]', 1: 'u64', 2: 'u64' },
  Metadata: { 0: 'text', 1: 'u32' },
  Signature: { 2: 'text', 4: 'u32' },
};
const SIZES: Readonly<Record<string, number>> = { u8: 1, u32: 4, f32: 4, u64: 8 };

/** A place of the file that can be damaged, and what stands there. */
interface Place {
  readonly kind: 'distance' | 'vtable' | 'entry' | 'length' | 'number' | 'float' | 'text' | 'weights';
  readonly at: number;
  /** Bytes there. */
  readonly size: number;
  /** What a distance leads to, what a table is. */
  readonly of: string;
}

/** Every place of a whole file. */
export function placesOf(bytes: Uint8Array): Place[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const places: Place[] = [];
  const seen = new Set<number>();
  const vector = (at: number, of: string): void => {
    const start = at + view.getUint32(at, true);
    const length = view.getUint32(start, true);
    places.push({ kind: 'distance', at, size: 4, of: `[${of}]` }, { kind: 'length', at: start, size: 4, of });
    const size = SIZES[of] ?? 4;
    if (of === 'u8') places.push({ kind: 'weights', at: start + 4, size: length, of });
    else if (of === 'text') places.push({ kind: 'text', at: start + 4, size: length, of });
    else
      for (let i = 0; i < length; i++) {
        const place = start + 4 + size * i;
        if (SIZES[of] === undefined) link(place, of);
        else places.push({ kind: of === 'f32' ? 'float' : 'number', at: place, size, of });
      }
  };
  const link = (at: number, of: string): void => {
    places.push({ kind: 'distance', at, size: 4, of });
    table(at + view.getUint32(at, true), of);
  };
  const table = (at: number, of: string): void => {
    if (seen.has(at)) return;
    seen.add(at);
    const vtable = at - view.getInt32(at, true);
    const fields = (view.getUint16(vtable, true) - 4) / 2;
    places.push({ kind: 'vtable', at, size: 4, of });
    for (let field = 0; field < fields; field++) {
      const entry = vtable + 4 + 2 * field;
      places.push({ kind: 'entry', at: entry, size: 2, of });
      const offset = view.getUint16(entry, true);
      const type = SCHEMA[of]?.[field];
      if (of === 'Options' && offset > 0) places.push({ kind: 'number', at: at + offset, size: 1, of: 'option' });
      if (offset === 0 || type === undefined) continue;
      if (type === 'text') vector(at + offset, 'text');
      else if (type.startsWith('[')) vector(at + offset, type.slice(1, -1));
      else if (SIZES[type] === undefined) link(at + offset, type);
      else places.push({ kind: 'number', at: at + offset, size: SIZES[type], of: type });
    }
  };
  link(0, 'Model');
  return places;
}

const NUMBERS = [0, 1, 2, 3, 7, 127, 128, 255, 1000, 65535, 2 ** 20, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const FLOATS = [0, -0, 1, -1, 1e-45, 1e-38, 1e38, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.1];
const TEXTS = ['__proto__', 'constructor', 'toString', '', '\0', 'x', '\ud800', 'identity;a;b', 'serving_default_x:0'];

/** The file with one to four of its places damaged. */
export function damagedFlatBuffer(bytes: Uint8Array, places: readonly Place[], random: Random): Uint8Array {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  for (let n = random.between(1, 4); n > 0; n--) {
    const kind = random.pick(['distance', 'vtable', 'entry', 'length', 'number', 'number', 'float', 'text', 'weights']);
    const own = places.filter((place) => place.kind === kind);
    if (own.length === 0) continue;
    const place = random.pick(own);
    const { at, size } = place;
    const other = random.pick(random.chance(0.7) ? own.filter(({ of }) => of === place.of) : own);
    if (kind === 'distance') view.setUint32(at, other.at + view.getUint32(other.at, true) - at, true);
    else if (kind === 'vtable') view.setInt32(at, at - (other.at - view.getInt32(other.at, true)), true);
    else if (kind === 'entry')
      view.setUint16(at, random.chance(0.7) ? view.getUint16(other.at, true) : random.pick(NUMBERS) & 0xffff, true);
    else if (kind === 'float') view.setFloat32(at, random.pick(FLOATS), true);
    else if (kind === 'text') {
      const text = new TextEncoder().encode(random.pick(TEXTS)).subarray(0, size);
      out.set(text, at);
      view.setUint32(at - 4, text.length, true);
    } else if (kind === 'weights') {
      for (let i = random.between(1, 8); i > 0 && size >= 4; i--)
        view.setFloat32(at + 4 * random.below(Math.floor(size / 4)), random.pick(FLOATS), true);
    } else {
      const number =
        random.chance(0.3) && other.size === size && size > 1 ? view.getUint16(other.at, true) : random.pick(NUMBERS);
      if (size === 1) out[at] = number;
      else view.setUint32(at, number, true);
      if (size === 8) view.setUint32(at + 4, random.pick([0, 0, 0, 1, 2 ** 32 - 1]), true);
    }
  }
  return out;
}
