import { malformed } from '../refusal.js';

/** A type of tensors' elements, by the protocol's name. */
interface Datatype {
  /** Of one element. */
  readonly bytes: number;
  /** Reads the element at a place of little-endian bytes, exactly; a bigint that is no exact number is one that no id is. */
  readonly read: (view: DataView, at: number) => number;
}

const big = (value: bigint): number => Number(value);

/** What an input takes: features, token ids, or whether timesteps count. */
export type Dtype = 'float32' | 'int32' | 'bool';

/** A byte that is neither is none of both. */
const BOOL: Datatype = { bytes: 1, read: (view, at) => view.getUint8(at) };

/** Types of token ids: any of integers, since an id is the same number in all of them. */
const INTEGERS: Readonly<Record<string, Datatype | undefined>> = {
  __proto__: null as never,
  INT8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  INT16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  INT32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  INT64: { bytes: 8, read: (view, at) => big(view.getBigInt64(at, true)) },
  UINT8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  UINT16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  UINT32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  UINT64: { bytes: 8, read: (view, at) => big(view.getBigUint64(at, true)) },
};

/** Numbers of an input as models take them: features as float32, token ids as float64, which holds them all. */
export type InputNumbers = Float32Array | Float64Array;

/** What metadata say of a model's values: token ids are INT32, all else FP32. */
export const datatypeOf = (dtype: 'float32' | 'int32'): string => (dtype === 'int32' ? 'INT32' : 'FP32');

/**
 * @param dtype what the model takes.
 * @param datatype what the request says. FP32 for features, since no other type is the same numbers; any integers for ids; BOOL.
 * @returns bytes of an element.
 */
export function checkDatatype(dtype: Dtype, datatype: unknown, where: string): number {
  if (dtype === 'bool') {
    if (datatype !== 'BOOL') malformed(where, 'wrong datatype', 'BOOL', text(datatype));
    return BOOL.bytes;
  }
  if (dtype === 'float32') {
    if (datatype !== 'FP32') malformed(where, 'wrong datatype', 'FP32', text(datatype));
    return 4;
  }
  const known = typeof datatype === 'string' ? INTEGERS[datatype] : undefined;
  return (
    known?.bytes ?? malformed(where, 'wrong datatype', `INT32, or ${Object.keys(INTEGERS).join(', ')}`, text(datatype))
  );
}

/**
 * @param bytes of whole elements, at any place of their buffer.
 * @returns numbers in memory of their own; those of BOOL are 0 and 1.
 */
export function fromBytes(dtype: Dtype, datatype: string, bytes: Uint8Array, where: string): InputNumbers {
  // Little-endian as all that runs WebAssembly; a copy, since it need not be aligned.
  if (dtype === 'float32') return new Float32Array(new Uint8Array(bytes).buffer);
  if (dtype === 'bool') {
    const at = bytes.findIndex((byte) => byte > 1);
    if (at >= 0) malformed(where, 'not BOOL', `0 or 1 at ${at}`, `${bytes[at]}`);
  }
  const { bytes: size, read } = dtype === 'bool' ? BOOL : (INTEGERS[datatype] as Datatype);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / size }, (_, index) => read(view, index * size));
}

/**
 * @param data numbers, or true and false, row-major: one list, or lists within lists as the shape has them.
 * @param shape of no more numbers than memory may be taken for.
 */
export function fromJson(dtype: Dtype, data: unknown, shape: readonly number[], where: string): InputNumbers {
  const total = shape.reduce((product, n) => product * n, 1);
  const numbers = dtype === 'float32' ? new Float32Array(total) : new Float64Array(total);
  let at = 0;
  const number = (item: unknown): void => {
    if (dtype === 'bool') {
      if (typeof item !== 'boolean') malformed(where, 'not BOOL', `true or false at ${at}`, text(item));
      numbers[at++] = item ? 1 : 0;
      return;
    }
    if (typeof item !== 'number') malformed(where, 'not a number', `a number at ${at}`, text(item));
    const own = dtype === 'float32' ? Math.fround(item as number) : (item as number);
    if (!Number.isFinite(own)) malformed(where, `not a ${dtype}`, `a smaller number at ${at}`, text(item));
    numbers[at++] = own;
  };
  const walk = (list: unknown, depth: number): void => {
    if (depth === shape.length) {
      number(list);
      return;
    }
    const size = shape[depth];
    if (!Array.isArray(list) || list.length !== size) {
      malformed(where, 'not nested as its shape', `a list of ${size} at depth ${depth}`, text(list));
    }
    for (const item of list as unknown[]) walk(item, depth + 1);
  };
  if (!Array.isArray(data))
    malformed(where, 'no data', 'a list of numbers, or parameters.binary_data_size', text(data));
  const list = data as unknown[];
  if (Array.isArray(list[0])) walk(list, 0);
  else if (list.length !== total) {
    malformed(where, 'wrong length', `${total} numbers, as the shape has`, `${list.length}`);
  } else for (const item of list) number(item);
  return numbers;
}

/** Numbers as JSON has them, to the bit; there are none for NaN and infinities, which are null. */
export function toJson(data: Float32Array): string {
  let list = '';
  for (let index = 0; index < data.length; index++) {
    const value = data[index] as number;
    if (index > 0) list += ',';
    list += Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : 'null';
  }
  return `[${list}]`;
}

/** A value of a client's, as short as an error shows it. */
export function text(value: unknown): string {
  const whole = value === undefined ? 'nothing' : JSON.stringify(value);
  return whole.length > 100 ? `${whole.slice(0, 100)}…` : whole;
}
