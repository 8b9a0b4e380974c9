import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { Budget } from '../shared/budget.js';

// The library's reader does the wire format; its schema-driven decoder would be most of what users of this importer download,
// for the sake of descriptors that nothing here asks for.

/** Messages in messages: more is no model that an exporter wrote. */
const DEEPEST = 200;

/** More fields that are not honoured are not named. */
const MOST_FOREIGN = 20;

interface Field {
  readonly type: string;
  readonly name: string;
  readonly many: boolean;
  /** Whether it is undefined where the file does not have it, which of numbers and texts is told of `oneof` alone. */
  readonly optional: boolean;
}

/**
 * The messages of a format by name: type, name and number of every field, as `int64* dims 1, string name 8`; `*` for repeated ones, `?` for those that
 * are undefined where they are missing. `-` is a field that changes no number, `!` one that is not honoured, as is any that does not stand there.
 */
export type Messages = Readonly<Record<string, string>>;

/** By the names of our own schema. A class, since a record without a prototype takes several times the memory, of every message. */
class Message {
  [name: string]: unknown;
  declare foreign?: string[];
}

type Schema = ReadonlyMap<number, Field>;

/** Those of a format's messages that were met. */
const schemas = new WeakMap<Messages, Map<string, Schema>>();

/** What is read: a format's messages, within a budget. */
interface Source {
  readonly reader: BinaryReader;
  readonly messages: Messages;
  readonly budget: Budget;
}

function schemaOf(messages: Messages, message: string): Schema {
  const all = schemas.get(messages) ?? new Map<string, Schema>();
  schemas.set(messages, all);
  const known = all.get(message);
  if (known) return known;
  const fields = (messages[message] as string).split(', ').filter((text) => text !== '');
  const made = new Map(
    fields.map((text) => {
      const [type, name, number] = text.split(' ') as [string, string, string];
      const own = { type: type.replace(/[*?]$/, ''), name, many: type.endsWith('*'), optional: type.endsWith('?') };
      return [Number(number), own] as const;
    }),
  );
  all.set(message, made);
  return made;
}

interface Scalar {
  readonly wire: WireType;
  readonly zero: unknown;
  read(reader: BinaryReader): unknown;
}
const SCALARS: Readonly<Record<string, Scalar>> = {
  __proto__: null as never,
  string: { wire: WireType.LengthDelimited, zero: '', read: (reader) => reader.string(true) },
  bytes: { wire: WireType.LengthDelimited, zero: new Uint8Array(), read: (reader) => reader.bytes() },
  int32: { wire: WireType.Varint, zero: 0, read: (reader) => reader.int32() },
  // Beyond 2^53 there are only ends of ranges ("to the end"), which need not be exact.
  int64: { wire: WireType.Varint, zero: 0, read: (reader) => Number(reader.int64()) },
  uint64: { wire: WireType.Varint, zero: 0, read: (reader) => Number(reader.uint64()) },
  float: { wire: WireType.Bit32, zero: 0, read: (reader) => reader.float() },
  double: { wire: WireType.Bit64, zero: 0, read: (reader) => reader.double() },
};

/** Stands for every list of which a message has nothing: most have none of most. */
const NONE: readonly unknown[] = Object.freeze([]);

/** What a message takes in memory, roughly. */
const BYTES_PER_MESSAGE = 128;

function empty({ messages, budget }: Source, message: string): Message {
  budget.bytes(BYTES_PER_MESSAGE, `a ${message} of the file`);
  const out = new Message();
  for (const { type, name, many, optional } of schemaOf(messages, message).values())
    if (type !== '-' && type !== '!' && !optional) out[name] = many ? NONE : SCALARS[type]?.zero;
  return out;
}

/** Where a length-delimited field ends. */
function endOf(reader: BinaryReader, limit: number): number {
  const end = reader.uint32() + reader.pos;
  if (end > limit) throw new RangeError('a field is longer than what it is in');
  return end;
}

function read(source: Source, message: string, end: number, into: Message, depth: number): Message {
  if (depth > DEEPEST) throw new RangeError('messages nested too deep');
  const { reader } = source;
  const schema = schemaOf(source.messages, message);
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const field = schema.get(number);
    if (field && field.type !== '-' && field.type !== '!') {
      readField(source, field, wire, end, into, depth);
      continue;
    }
    reader.skip(wire, number);
    if (field?.type !== '-') noteForeign(into, field?.name ?? `field ${number}`);
  }
  if (reader.pos !== end) throw new RangeError(`a ${message} ends in the middle of a field`);
  shrink(into, schema);
  return into;
}

/** A list that was pushed to has room for 16 more: a file has hundreds of thousands of lists of one or two. */
function shrink(message: Message, schema: Schema): void {
  for (const { many, name } of schema.values()) {
    const list = message[name] as unknown[];
    if (many && list !== NONE && list?.length <= 16) message[name] = list.slice();
  }
}

/** Fields that are not honoured, each once. */
function noteForeign(into: Message, name: string): void {
  into.foreign ??= [];
  if (into.foreign.length < MOST_FOREIGN && !into.foreign.includes(name)) into.foreign.push(name);
}

function readField(
  source: Source,
  { type, name, many }: Field,
  wire: WireType,
  limit: number,
  into: Message,
  depth: number,
): void {
  const { reader } = source;
  const scalar = SCALARS[type];
  if (many && into[name] === NONE) into[name] = [];
  const list = into[name] as unknown[];
  if (scalar && wire === scalar.wire) {
    const value = scalar.read(reader);
    if (many) list.push(value);
    else into[name] = value;
    return;
  }
  if (wire !== WireType.LengthDelimited || (scalar && !many)) throw new TypeError(`${name} is no ${type}`);
  const end = endOf(reader, limit);
  if (scalar) {
    // Packed.
    while (reader.pos < end) list.push(scalar.read(reader));
    if (reader.pos !== end) throw new RangeError(`${name} ends in the middle of a number`);
    return;
  }
  // Protobuf would take the sum of both, and readers that are not its own one of them.
  if (!many && into[name] !== undefined) throw new RangeError(`${name} twice`);
  const value = read(source, type, end, empty(source, type), depth + 1);
  if (many) list.push(value);
  else into[name] = value;
}

/** Reads bytes as one of a format's messages. @throws anything but well-formed ones; more than the budget. */
export function decodeMessage<M>(bytes: Uint8Array, message: string, messages: Messages, budget: Budget): M {
  const source = { reader: new BinaryReader(bytes), messages, budget };
  return read(source, message, bytes.length, empty(source, message), 0) as unknown as M;
}
