// A writer of FlatBuffers, as small as tests need it, and TensorFlow Lite files of a few words.
import { OPERATORS, OPTIONS, TYPES } from '../../../src/importers/tflite/operators.js';

/** A field of a table: a scalar in bytes, or what stands elsewhere. */
type FieldValue =
  | { readonly u8: number }
  | { readonly i32: number }
  | { readonly f32: number }
  | { readonly u64: number }
  | { readonly text: string }
  | { readonly i32s: readonly number[] }
  | { readonly i64s: readonly number[] }
  | { readonly f32s: readonly number[] }
  | { readonly bytes: Uint8Array }
  | { readonly table: Fields }
  | { readonly tables: readonly Fields[] };

/** By the number that the schema gives a field. */
export type Fields = Readonly<Record<number, FieldValue>>;

class Writer {
  readonly bytes: number[] = [];

  align(size: number): void {
    while (this.bytes.length % size !== 0) this.bytes.push(0);
  }

  put(size: number, write: (view: DataView) => void, at = this.bytes.length): void {
    const view = new DataView(new ArrayBuffer(size));
    write(view);
    new Uint8Array(view.buffer).forEach((byte, i) => {
      this.bytes[at + i] = byte;
    });
  }

  u32(value: number, at?: number): void {
    this.put(4, (view) => view.setUint32(0, value, true), at);
  }

  /** Writes the distance to what comes now into a place before it. */
  link(from: number): void {
    this.u32(this.bytes.length - from, from);
  }

  table(fields: Fields): void {
    this.align(8);
    const numbers = Object.keys(fields).map(Number);
    const count = Math.max(-1, ...numbers) + 1;
    const vtable = this.bytes.length;
    const size = 8 + 8 * numbers.length;
    this.put(2, (view) => view.setUint16(0, 4 + 2 * count, true));
    this.put(2, (view) => view.setUint16(0, size, true));
    for (let field = 0; field < count; field++) {
      const place = numbers.indexOf(field);
      this.put(2, (view) => view.setUint16(0, place < 0 ? 0 : 8 + 8 * place, true));
    }
    this.align(8);
    const at = this.bytes.length;
    this.put(4, (view) => view.setInt32(0, at - vtable, true));
    for (let i = 4; i < size; i++) this.bytes.push(0);
    numbers.forEach((field, i) => {
      this.field(at + 8 + 8 * i, fields[field] as FieldValue);
    });
  }

  field(at: number, value: FieldValue): void {
    if ('u8' in value) this.bytes[at] = value.u8 & 255;
    else if ('i32' in value) this.put(4, (view) => view.setInt32(0, value.i32, true), at);
    else if ('f32' in value) this.put(4, (view) => view.setFloat32(0, value.f32, true), at);
    else if ('u64' in value) this.put(8, (view) => view.setBigUint64(0, BigInt(value.u64), true), at);
    else if ('table' in value) this.linkTable(at, value.table);
    else if ('tables' in value) {
      const start = this.vector(at, 4, value.tables.length);
      value.tables.forEach((one, i) => {
        this.linkTable(start + 4 * i, one);
      });
    } else if ('text' in value) this.raw(at, new TextEncoder().encode(value.text));
    else if ('bytes' in value) this.raw(at, value.bytes);
    else if ('f32s' in value) this.raw(at, new Uint8Array(Float32Array.from(value.f32s).buffer), value.f32s.length);
    else if ('i64s' in value)
      this.raw(at, new Uint8Array(BigInt64Array.from(value.i64s, BigInt).buffer), value.i64s.length);
    else this.raw(at, new Uint8Array(Int32Array.from(value.i32s).buffer), value.i32s.length);
  }

  linkTable(at: number, fields: Fields): void {
    const inner = new Writer();
    inner.table(fields);
    // A table is reached where it begins, behind its vtable.
    this.align(8);
    const base = this.bytes.length;
    this.bytes.push(...inner.bytes);
    const count = Math.max(-1, ...Object.keys(fields).map(Number)) + 1;
    const begin = base + Math.ceil((4 + 2 * count) / 8) * 8;
    this.u32(begin - at, at);
  }

  vector(at: number, size: number, length: number): number {
    this.align(8);
    this.link(at);
    this.u32(length);
    const start = this.bytes.length;
    for (let i = 0; i < size * length; i++) this.bytes.push(0);
    return start;
  }

  raw(at: number, bytes: Uint8Array, length = bytes.length): void {
    this.align(8);
    this.link(at);
    this.u32(length);
    for (const byte of bytes) this.bytes.push(byte);
  }
}

/** A FlatBuffer of a root table. */
export function flatbuffer(root: Fields, identifier = 'TFL3'): Uint8Array {
  const writer = new Writer();
  writer.u32(0);
  writer.bytes.push(...new TextEncoder().encode(identifier));
  writer.linkTable(0, root);
  return Uint8Array.from(writer.bytes);
}

export interface TensorParts {
  readonly shape: readonly number[];
  readonly type?: string;
  readonly data?: readonly number[];
  readonly variable?: boolean;
  readonly scale?: readonly number[];
  readonly zero?: readonly number[];
  readonly signature?: readonly number[];
  /** Fields as they are, beside those above. */
  readonly more?: Fields;
}

export interface OperatorParts {
  readonly type: string;
  /** Names of tensors; the empty one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly options?: readonly [table: string, fields: Fields];
  readonly more?: Fields;
}

export interface GraphParts {
  readonly tensors: Readonly<Record<string, TensorParts>>;
  readonly operators: readonly OperatorParts[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

const ARRAYS: Readonly<Record<string, (data: readonly number[]) => ArrayBufferView>> = {
  FLOAT32: (data) => Float32Array.from(data),
  INT32: (data) => Int32Array.from(data),
  INT64: (data) => BigInt64Array.from(data, BigInt),
  INT8: (data) => Int8Array.from(data),
  INT16: (data) => Int16Array.from(data),
  UINT8: (data) => Uint8Array.from(data),
  BOOL: (data) => Uint8Array.from(data),
};

/** A file of graphs, the first of which is the model. @param change of the root's fields. */
export function file(
  graphs: readonly GraphParts[],
  change: (root: Record<number, FieldValue>) => void = () => {},
): Uint8Array {
  const buffers: Fields[] = [{}];
  const types = [...new Set(graphs.flatMap(({ operators }) => operators.map(({ type }) => type)))];
  const subgraphs = graphs.map(({ tensors, operators, inputs, outputs }): Fields => {
    const names = Object.keys(tensors);
    const places = (wanted: readonly string[]): FieldValue => ({ i32s: wanted.map((name) => names.indexOf(name)) });
    return {
      0: {
        tables: names.map((name): Fields => {
          const {
            shape,
            type = 'FLOAT32',
            data,
            variable,
            scale,
            zero,
            signature,
            more,
          } = tensors[name] as TensorParts;
          const array = data && (ARRAYS[type] as (typeof ARRAYS)[string])(data);
          if (array) buffers.push({ 0: { bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength) } });
          return {
            0: { i32s: shape },
            1: { u8: TYPES.findIndex(([own]) => own === type) },
            2: { i32: array ? buffers.length - 1 : 0 },
            3: { text: name },
            ...(scale && { 4: { table: { 2: { f32s: scale }, 3: { i64s: zero ?? scale.map(() => 0) } } } }),
            ...(variable && { 5: { u8: 1 } }),
            ...(signature && { 7: { i32s: signature } }),
            ...more,
          };
        }),
      },
      1: places(inputs),
      2: places(outputs),
      3: {
        tables: operators.map(
          (own): Fields => ({
            0: { i32: types.indexOf(own.type) },
            1: places(own.inputs),
            2: places(own.outputs),
            ...(own.options && { 3: { u8: OPTIONS.indexOf(own.options[0]) }, 4: { table: own.options[1] } }),
            ...own.more,
          }),
        ),
      },
    };
  });
  const root: Record<number, FieldValue> = {
    0: { i32: 3 },
    1: { tables: types.map((type): Fields => ({ 3: { i32: OPERATORS.indexOf(type) } })) },
    2: { tables: subgraphs },
    4: { tables: buffers },
  };
  change(root);
  return flatbuffer(root);
}
