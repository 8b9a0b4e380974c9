/** onnx.proto, ModelProto: its fields of numbers, and those of texts and messages. */
const NUMBERS = [1, 5];
const BYTES = [2, 3, 4, 6, 7, 8, 14, 20, 25, 26];
const GRAPH = 7;

/**
 * Whether bytes are fields of ONNX' ModelProto from the first byte to the last, a graph among them: numbers that look like its
 * beginning are not.
 */
export function isModelProto(bytes: Uint8Array): boolean {
  let position = 0;
  let hasGraph = false;
  const varint = (): number => {
    let [value, factor] = [0, 1];
    for (let byte = 128; byte >= 128; factor *= 128) {
      byte = bytes[position++] ?? 0;
      value += (byte & 127) * factor;
    }
    return value;
  };
  while (position < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    if (tag % 8 === 0 && NUMBERS.includes(field)) varint();
    else if (tag % 8 === 2 && BYTES.includes(field)) {
      const length = varint();
      position += length;
    } else return false;
    hasGraph ||= field === GRAPH;
  }
  return hasGraph && position === bytes.length;
}
