/** An LSTM's layers and one frame as numbers in a row, for processes that start with the weights at hand, as bytes of a file. */
export const packed = (layers, x) =>
  Float32Array.of(...layers.flatMap(({ weightIh, weightHh, bias }) => [...weightIh, ...weightHh, ...bias]), ...x);

/** @returns `{ layers, x }`, views of an ArrayBuffer of what `packed` made for this size. */
export function unpacked([inputs, units, count], buffer) {
  let offset = 0;
  const take = (length) => {
    const data = new Float32Array(buffer, 4 * offset, length);
    offset += length;
    return data;
  };
  const layers = Array.from({ length: count }, (_, index) => {
    const input = index === 0 ? inputs : units;
    const gates = 4 * units;
    return { inputs: input, units, weightIh: take(gates * input), weightHh: take(gates * units), bias: take(gates) };
  });
  return { layers, x: take(inputs) };
}
