// Whole numbers of fewer than 8 bits, several to a byte, the first in the lowest bits (onnx.proto, comments of TensorProto).

/** By TensorProto.DataType: UINT4, INT4, UINT2, INT2. */
const PACKED: ReadonlyMap<number, { readonly bits: number; readonly signed: boolean }> = new Map([
  [21, { bits: 4, signed: false }],
  [22, { bits: 4, signed: true }],
  [25, { bits: 2, signed: false }],
  [26, { bits: 2, signed: true }],
]);

/** Bits of an element of a type that is packed; undefined for others. */
export const packedBits = (type: number): number | undefined => PACKED.get(type)?.bits;

/** @param start the first element that is wanted, counted from the first byte. */
export function unpack(bytes: ArrayLike<number>, bits: number, length: number, start = 0): Uint8Array {
  const [each, mask] = [8 / bits, 2 ** bits - 1];
  const numbers = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const place = start + i;
    numbers[i] = ((bytes[Math.floor(place / each)] as number) >> (bits * (place % each))) & mask;
  }
  return numbers;
}

/** The elements of a tensor of a packed type. */
export function unpacked(bytes: ArrayLike<number>, type: number, length: number): Uint8Array | Int8Array {
  const { bits, signed } = PACKED.get(type) as { bits: number; signed: boolean };
  const numbers = unpack(bytes, bits, length);
  if (!signed) return numbers;
  const shift = 8 - bits;
  return Int8Array.from(numbers, (n) => ((n << (24 + shift)) >> (24 + shift)) as number);
}
