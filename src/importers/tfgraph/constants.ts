import { bytesPerElement } from '../formats/elements.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { refuseForeign } from './foreign.js';
import { onnxType, storedAs, type TfTensor, typeName } from './proto.js';

/** Numbers of the file. */
export interface Numbers {
  /** ONNX' number of their type. */
  readonly type: number;
  readonly dims: readonly number[];
  /** Little-endian. */
  readonly bytes: Uint8Array;
}

/** How numbers of a type stand in the field for it, and as what they are stored. */
const FIELDS: Readonly<
  Record<string, readonly [field: keyof TfTensor, store: (values: readonly number[]) => ArrayBufferView]>
> = {
  __proto__: null as never,
  F32: ['floatVal', (values) => Float32Array.from(values)],
  F64: ['doubleVal', (values) => Float64Array.from(values)],
  I32: ['intVal', (values) => Int32Array.from(values)],
  U8: ['intVal', (values) => Uint8Array.from(values)],
  I16: ['intVal', (values) => Int16Array.from(values)],
  U16: ['intVal', (values) => Uint16Array.from(values)],
  I8: ['intVal', (values) => Int8Array.from(values)],
  I64: ['int64Val', (values) => BigInt64Array.from(values, BigInt)],
  BOOL: ['boolVal', (values) => Uint8Array.from(values)],
  BF16: ['halfVal', (values) => Uint16Array.from(values)],
  F16: ['halfVal', (values) => Uint16Array.from(values)],
  U32: ['uint32Val', (values) => Uint32Array.from(values)],
  U64: ['uint64Val', (values) => BigUint64Array.from(values, BigInt)],
};

/** The sizes of a tensor. @throws {ImportError} one is open. */
function dimsOf({ tensorShape }: TfTensor, where: string): number[] {
  if (!tensorShape) return [];
  refuseForeign(where, tensorShape);
  const dims = tensorShape.dim.map(({ size }) => size);
  if (tensorShape.unknownRank !== 0 || !dims.every((n) => Number.isSafeInteger(n) && n >= 0))
    refuse(where, 'numbers of an open shape', 'sizes of at least 0', `[${dims}]`);
  return dims;
}

/**
 * A TensorProto's numbers: bytes as they lie in memory, or as many numbers as there are, of which the last stands for all that follow; none are zeros.
 * @throws {ImportError} no numbers; more or other bytes than the shape has.
 */
export function numbersOf(tensor: TfTensor, where: string, budget: Budget): Numbers {
  refuseForeign(where, tensor);
  const { dtype, tensorContent } = tensor;
  const stored = storedAs(dtype);
  const how = stored === undefined ? undefined : FIELDS[stored];
  if (!how) refuse(where, 'a constant of no numbers', 'numbers', typeName(dtype));
  const [field, store] = how;
  const dims = dimsOf(tensor, where);
  const count = dims.reduce((product, n) => product * n, 1);
  const size = count * (bytesPerElement(stored as string) as number);
  const values = tensor[field] as readonly number[];
  const type = onnxType(dtype) as number;
  if (tensorContent.length > 0) {
    if (tensorContent.length !== size || values.length > 0)
      refuse(where, 'numbers that do not fit their shape', `${size} bytes for [${dims}]`, `${tensorContent.length}`);
    return { type, dims, bytes: tensorContent };
  }
  if (values.length > count)
    refuse(where, 'more numbers than their shape has', `${count} for [${dims}]`, `${values.length}`);
  const exact = values.every((n) => !Number.isInteger(n) || Number.isSafeInteger(n) || stored?.includes('F'));
  if (!exact) refuse(where, 'whole numbers that are not read exactly', 'below 2^53', `${values}`);
  budget.bytes(size + 8 * count, where);
  const last = values.at(-1) ?? 0;
  const all = store(Array.from({ length: count }, (_, i) => values[i] ?? last));
  return { type, dims, bytes: new Uint8Array(all.buffer, all.byteOffset, all.byteLength) };
}

/** Whole numbers as such; undefined for other types. */
export function wholesOf({ type, dims, bytes }: Numbers): number[] | undefined {
  if (type !== 6 && type !== 7) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = dims.reduce((product, n) => product * n, 1);
  return Array.from({ length: count }, (_, i) =>
    type === 6 ? view.getInt32(4 * i, true) : Number(view.getBigInt64(8 * i, true)),
  );
}
