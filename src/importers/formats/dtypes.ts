/** How one element of a stored type becomes a number. All are little-endian. */
export interface Dtype {
  readonly bytes: number;
  /** Integers and truth values: not weights, so converted only when asked for. */
  readonly integer?: true;
  readonly read: (view: DataView, at: number) => number;
}

/** The element types of safetensors that hold plain numbers, one element at a time; `elements.ts` converts whole arrays. */
export const DTYPES: ReadonlyMap<string, Dtype> = new Map<string, Dtype>([
  ['F64', { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
  ['F32', { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ['F16', { bytes: 2, read: (view, at) => fromHalf(view.getUint16(at, true)) }],
  ['BF16', { bytes: 2, read: (view, at) => fromBrain(view.getUint16(at, true)) }],
  ['I64', { bytes: 8, integer: true, read: (view, at) => exactly(view.getBigInt64(at, true)) }],
  ['U64', { bytes: 8, integer: true, read: (view, at) => exactly(view.getBigUint64(at, true)) }],
  ['I32', { bytes: 4, integer: true, read: (view, at) => view.getInt32(at, true) }],
  ['U32', { bytes: 4, integer: true, read: (view, at) => view.getUint32(at, true) }],
  ['I16', { bytes: 2, integer: true, read: (view, at) => view.getInt16(at, true) }],
  ['U16', { bytes: 2, integer: true, read: (view, at) => view.getUint16(at, true) }],
  ['I8', { bytes: 1, integer: true, read: (view, at) => view.getInt8(at) }],
  ['U8', { bytes: 1, integer: true, read: (view, at) => view.getUint8(at) }],
  ['BOOL', { bytes: 1, integer: true, read: (view, at) => view.getUint8(at) }],
]);

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/**
 * IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. Its bits stand in a float32 as those of a number 2^112 times smaller,
 * subnormals included; only infinities and NaN are not.
 */
export function fromHalf(bits: number): number {
  const moved = ((bits & 0x8000) << 16) | ((bits & 0x7fff) << 13);
  if ((bits & 0x7c00) === 0x7c00) {
    word[0] = moved | 0x7f800000;
    return float[0] as number;
  }
  word[0] = moved;
  return (float[0] as number) * 2 ** 112;
}

/** bfloat16: the upper half of a float32. */
export function fromBrain(bits: number): number {
  word[0] = bits << 16;
  return float[0] as number;
}

/** NaN where a number cannot hold the integer, so that it is refused like any other value that does not fit. */
function exactly(value: bigint): number {
  const number = Number(value);
  return BigInt(number) === value ? number : NaN;
}
