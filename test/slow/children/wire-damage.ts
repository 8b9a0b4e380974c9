/** A field of a protobuf message (encoding of protobuf.dev): a number, or bytes, or what reads as a message itself. */
export interface Field {
  readonly number: number;
  /** Of the wire: 0 varint, 1 eight bytes, 2 bytes with a length, 5 four bytes. */
  readonly wire: number;
  readonly value: bigint | Uint8Array | Field[];
}

/** The fields of a message, or undefined where the bytes are none. */
export function parse(bytes: Uint8Array, depth = 0): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n && at < bytes.length; shift += 7n) {
      const byte = bytes[at++] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === undefined || tag >> 3n === 0n || tag > 2000n) return undefined;
    const [number, wire] = [Number(tag >> 3n), Number(tag & 7n)];
    if (wire === 0) {
      const value = varint();
      if (value === undefined) return undefined;
      fields.push({ number, wire, value });
      continue;
    }
    const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? Number(varint() ?? Infinity) : Infinity;
    if (at + length > bytes.length) return undefined;
    const inner = bytes.subarray(at, at + length);
    at += length;
    const text = inner.length > 0 && inner.every((byte) => byte >= 32 && byte < 127);
    const message = wire === 2 && !text && depth < 12 && inner.length > 1 ? parse(inner, depth + 1) : undefined;
    fields.push({ number, wire, value: message ?? inner });
  }
  return fields;
}

/** The bytes of a message. */
export function build(fields: readonly Field[]): Uint8Array {
  const out: number[] = [];
  const varint = (value: bigint): void => {
    let rest = BigInt.asUintN(64, value);
    for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
    out.push(Number(rest));
  };
  for (const { number, wire, value } of fields) {
    varint(BigInt((number << 3) | wire));
    if (typeof value === 'bigint') varint(value);
    else {
      const bytes = Array.isArray(value) ? build(value) : value;
      if (wire === 2) varint(BigInt(bytes.length));
      for (const byte of bytes) out.push(byte);
    }
  }
  return Uint8Array.from(out);
}
