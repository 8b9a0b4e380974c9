import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';

// FlatBuffers, read where they lie (flatbuffers.dev, "FlatBuffer Internals"): a table begins with the signed distance back to its vtable, which
// lists where in the table each field stands, 0 for fields that have their default. Texts, vectors and tables are fields that hold the
// distance to them. The package `flatbuffers` follows these distances unchecked, so that a damaged file reads as other
// numbers; here each is held against the bytes before it is followed.

/** The bytes of a FlatBuffer. */
export class FlatBuffer {
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly budget: Budget,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The table that all others are reached from. */
  root(where: string): Table {
    return new Table(this, this.follow(0, where), where);
  }

  /** @throws {ImportError} bytes that are not there. */
  check(at: number, length: number, where: string): number {
    if (!(at >= 0 && length >= 0 && at + length <= this.bytes.length))
      refuse(where, 'reaches beyond the file', `at most ${this.bytes.length} bytes`, `${at + length}`);
    return at;
  }

  u8 = (at: number, where: string): number => this.#view.getUint8(this.check(at, 1, where));
  i8 = (at: number, where: string): number => this.#view.getInt8(this.check(at, 1, where));
  u16 = (at: number, where: string): number => this.#view.getUint16(this.check(at, 2, where), true);
  u32 = (at: number, where: string): number => this.#view.getUint32(this.check(at, 4, where), true);
  i32 = (at: number, where: string): number => this.#view.getInt32(this.check(at, 4, where), true);
  f32 = (at: number, where: string): number => this.#view.getFloat32(this.check(at, 4, where), true);
  i64 = (at: number, where: string): number => Number(this.#view.getBigInt64(this.check(at, 8, where), true));
  u64 = (at: number, where: string): number => Number(this.#view.getBigUint64(this.check(at, 8, where), true));

  /** Where the distance at a place leads: always forward. */
  follow(at: number, where: string): number {
    const distance = this.u32(at, where);
    if (distance === 0) refuse(where, 'a distance that leads nowhere', 'one of at least 4 bytes', '0');
    return this.check(at + distance, 4, where);
  }

  /** Where a vector's elements begin, and how many there are. */
  vector(at: number, size: number, where: string): { readonly start: number; readonly length: number } {
    const place = this.follow(at, where);
    const length = this.u32(place, where);
    this.check(place + 4, length * size, where);
    return { start: place + 4, length };
  }
}

/** A table of the file. Fields are counted from 0, in the schema's order. */
export class Table {
  readonly #vtable: number;
  /** How many fields the vtable lists. */
  readonly fields: number;
  /** Bytes of the table itself. */
  readonly #size: number;

  constructor(
    private readonly file: FlatBuffer,
    private readonly at: number,
    readonly where: string,
  ) {
    file.budget.operations(1, where);
    this.#vtable = at - file.i32(at, where);
    const length = file.u16(this.#vtable, where);
    this.#size = file.u16(this.#vtable + 2, where);
    if (length < 4 || length % 2 !== 0)
      refuse(where, 'a table without a vtable', 'one of whole fields', `${length} bytes`);
    file.check(this.#vtable, length, where);
    file.check(at, this.#size, where);
    this.fields = (length - 4) / 2;
  }

  /** Whether the file states a field. */
  has(field: number): boolean {
    return this.#place(field, 1) !== undefined;
  }

  u8 = (field: number, otherwise = 0): number => this.#scalar(field, 1, this.file.u8, otherwise);
  i8 = (field: number, otherwise = 0): number => this.#scalar(field, 1, this.file.i8, otherwise);
  i32 = (field: number, otherwise = 0): number => this.#scalar(field, 4, this.file.i32, otherwise);
  u32 = (field: number, otherwise = 0): number => this.#scalar(field, 4, this.file.u32, otherwise);
  f32 = (field: number, otherwise = 0): number => this.#scalar(field, 4, this.file.f32, otherwise);
  u64 = (field: number, otherwise = 0): number => this.#scalar(field, 8, this.file.u64, otherwise);

  text(field: number): string {
    const bytes = this.bytes(field);
    this.file.budget.characters(bytes.length, this.where);
    return new TextDecoder().decode(bytes.slice());
  }

  /** The bytes as they lie in the file; none if it has none. */
  bytes(field: number): Uint8Array {
    const found = this.#vector(field, 1);
    return found ? this.file.bytes.subarray(found.start, found.start + found.length) : new Uint8Array();
  }

  table(field: number, where = this.where): Table | undefined {
    const place = this.#place(field, 4);
    return place === undefined ? undefined : new Table(this.file, this.file.follow(place, this.where), where);
  }

  tables(field: number, where: (index: number) => string): Table[] {
    const found = this.#vector(field, 4);
    return this.#each(found, (i, start) => {
      const own = where(i);
      return new Table(this.file, this.file.follow(start + 4 * i, own), own);
    });
  }

  i32s = (field: number): number[] => this.#numbers(field, 4, this.file.i32);
  f32s = (field: number): number[] => this.#numbers(field, 4, this.file.f32);
  i64s = (field: number): number[] => this.#numbers(field, 8, this.file.i64);

  #numbers(field: number, size: number, read: (at: number, where: string) => number): number[] {
    return this.#each(this.#vector(field, size), (i, start) => read(start + size * i, this.where));
  }

  #each<T>(found: { start: number; length: number } | undefined, read: (i: number, start: number) => T): T[] {
    if (!found) return [];
    // Many tables may refer to the same elements.
    this.file.budget.bytes(8 * found.length, this.where);
    this.file.budget.operations(found.length, this.where);
    return Array.from({ length: found.length }, (_, i) => read(i, found.start));
  }

  #vector(field: number, size: number): { start: number; length: number } | undefined {
    const place = this.#place(field, 4);
    return place === undefined ? undefined : this.file.vector(place, size, this.where);
  }

  #scalar(field: number, size: number, read: (at: number, where: string) => number, otherwise: number): number {
    const place = this.#place(field, size);
    return place === undefined ? otherwise : read(place, this.where);
  }

  /** Where a field stands; undefined if it has its default. */
  #place(field: number, size: number): number | undefined {
    if (field >= this.fields) return undefined;
    const offset = this.file.u16(this.#vtable + 4 + 2 * field, this.where);
    if (offset === 0) return undefined;
    if (offset < 4 || offset + size > this.#size)
      refuse(this.where, `field ${field} lies outside of its table`, `within ${this.#size} bytes`, `at ${offset}`);
    return this.at + offset;
  }
}
