/** How one element of a stored type becomes a number. All are little-endian. */
export interface Dtype {
  readonly bytes: number;
  /** Integers and truth values: not weights, so converted only when asked for. */
  readonly integer?: true;
  readonly read: (view: DataView, at: number) => number;
}

/** The element types of safetensors that hold plain numbers. The 8-bit and smaller floats carry scales elsewhere and are left out. */
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

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. Every value is exact in float32. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a float32. */
export function fromBrain(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

/** NaN where a number cannot hold the integer, so that it is refused like any other value that does not fit. */
function exactly(value: bigint): number {
  const number = Number(value);
  return BigInt(number) === value ? number : NaN;
}
