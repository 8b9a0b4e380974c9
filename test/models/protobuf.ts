/** A TensorProto's shape and numbers, as ONNX' test data holds them: field 1 dims, 2 type, 4 floats, 5 and 7 whole numbers, 9 raw bytes. */
export function readTensorProto(bytes: Uint8Array): { shape: number[]; data: Float32Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shape: number[] = [];
  const numbers: number[] = [];
  let type = 1;
  let at = 0;
  const varint = (): number => {
    let [value, shift] = [0, 1];
    for (;;) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
      shift *= 128;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = tag >> 3;
    if ((tag & 7) === 0) {
      const value = varint();
      if (field === 1) shape.push(value);
      if (field === 2) type = value;
      continue;
    }
    const end = varint() + at;
    if (field === 1) while (at < end) shape.push(varint());
    if (field === 9 || field === 4)
      for (; at < end; at += 4) numbers.push(type === 1 ? view.getFloat32(at, true) : view.getInt32(at, true));
    if (field === 5 || field === 7) while (at < end) numbers.push(varint());
    at = end;
  }
  return { shape, data: Float32Array.from(numbers) };
}
