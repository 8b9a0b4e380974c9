import { bytesPerElement, elementsOf, toFloats } from '../formats/elements.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { EXTERNAL, externalBytes, type Files } from './external.js';
import { bounded } from './fold/elements.js';
import { identity } from './fold/once.js';
import { refuseForeign } from './foreign.js';
import { packedBits, unpacked } from './packed.js';
import type { Tensor } from './proto/messages.js';
import { type Constant, constant } from './value.js';
import { arrayOf, ofType, type TypedNumbers } from './whole-types.js';

/** TensorProto.DataType, by number: the name of the little-endian element type in `formats/elements`. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  4: 'U16',
  5: 'I16',
  6: 'I32',
  7: 'I64',
  9: 'BOOL',
  10: 'F16',
  11: 'F64',
  12: 'U32',
  13: 'U64',
  16: 'BF16',
  21: 'U4',
  22: 'I4',
  25: 'U2',
  26: 'I2',
};
const UINT8 = 2;
export const typeName = (type: number): string => TYPES[type] ?? `type ${type}`;
export const isFloatType = (type: number): boolean => type === 1 || type === 10 || type === 11 || type === 16;

/** What tensors are read from. */
export interface Sources {
  readonly files: Files;
  readonly budget: Budget;
  /** Those that were read: other readings of the file's axes ask for the same. */
  readonly read: Map<Tensor, Constant>;
  /** Numbers of files beside the model, by where they are. */
  readonly external: Map<string, TypedNumbers>;
}

/**
 * The numbers of an initialiser or attribute: from raw bytes, typed fields or an external file; floats rounded to float32.
 * @throws {ImportError} an unknown type, a size that does not fit the shape, a file that is missing or too short.
 */
export function readTensor(tensor: Tensor, sources: Sources): Constant {
  const { read } = sources;
  const before = read.get(tensor);
  if (before) return before;
  const made = readNew(tensor, sources);
  read.set(tensor, made);
  return made;
}

function readNew(tensor: Tensor, { files, budget, external }: Sources): Constant {
  const { name, dataType, dims } = tensor;
  const where = `tensor ${JSON.stringify(name)}`;
  refuseForeign(where, tensor, ...tensor.externalData);
  const dtype = TYPES[dataType] ?? '';
  const bits = packedBits(dataType);
  const each = bits === undefined ? bytesPerElement(dtype) : bits / 8;
  if (each === undefined) refuse(where, 'a type that is not read', Object.values(TYPES).join(', '), typeName(dataType));
  if (dims.some((n) => !Number.isSafeInteger(n) || n < 0)) refuse(where, 'a shape that cannot be', 'sizes', `${dims}`);
  const length = dims.reduce((product, n) => product * n, 1);
  if (length === 0) bounded({ where, budget }, dims);
  const draw = (): void => budget.bytes(length * arrayOf(dataType).BYTES_PER_ELEMENT, where);
  const raw = rawBytes(tensor, where, files);
  if (raw) {
    const size = Math.ceil(length * each);
    if (raw.length !== size) refuse(where, 'wrong size', `${size} bytes`, `${raw.length}`);
    const read = (): TypedNumbers => {
      draw();
      return bits === undefined ? plain(raw, dtype, where) : unpacked(raw, dataType, length);
    };
    if (tensor.dataLocation === 0) return constant(dims, read(), dataType, name);
    // Many tensors may be the same bytes of a file beside the model.
    budget.operations(raw.length, where);
    const place = `${identity(raw.buffer)} at ${raw.byteOffset}, ${length} of type ${dataType}`;
    const data = external.get(place) ?? read();
    external.set(place, data);
    return constant(dims, data, dataType, name);
  }
  const typed = typedData(tensor, dtype, where);
  const count = bits === undefined ? length : Math.ceil(length * each);
  if (typed.length !== count) refuse(where, 'wrong size', `${count} numbers for [${dims}]`, `${typed.length}`);
  draw();
  if (bits !== undefined)
    return constant(dims, unpacked(ofType(where, UINT8, typed), dataType, length), dataType, name);
  return constant(dims, ofType(where, dataType, typed), dataType, name);
}

/** Doubles are rounded, beyond float32 to infinity; 64-bit ends of ranges ("to the end") need not be exact. */
function plain(raw: Uint8Array, dtype: string, where: string): TypedNumbers {
  const elements = elementsOf(raw, dtype, where);
  if (dtype === 'F64') return Float32Array.from(elements as Float64Array);
  if (dtype.includes('F')) return toFloats(elements, dtype, where);
  if (!dtype.endsWith('64')) return elements as TypedNumbers;
  return Float64Array.from(elements as ArrayLike<number>, Number);
}

/** Which field holds which type: onnx.proto, comments of TensorProto. */
function typedData(tensor: Tensor, dtype: string, where: string): ArrayLike<number> {
  switch (dtype) {
    case 'F32':
      return tensor.floatData;
    case 'I64':
      return tensor.int64Data;
    case 'F64':
      return tensor.doubleData;
    case 'U32':
    case 'U64':
      return tensor.uint64Data;
    case 'F16':
    case 'BF16':
      return toFloats(Uint16Array.from(tensor.int32Data), dtype, where);
  }
  return tensor.int32Data;
}

const rawBytes = (tensor: Tensor, where: string, files: Files): Uint8Array | undefined => {
  if (tensor.dataLocation === EXTERNAL) return externalBytes(tensor, where, files);
  if (tensor.dataLocation !== 0)
    refuse(where, 'data in an unknown place', 'in the file or beside it', `${tensor.dataLocation}`);
  return tensor.rawData.length > 0 ? tensor.rawData : undefined;
};
