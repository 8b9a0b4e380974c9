// ONNX files of one LSTM, written byte by byte, for the engines that read them.

const varint = (n) => {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) + 128);
  return [...bytes, n];
};
const bytesOf = (data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
/** A field of the wire format: a number, or bytes with their length. */
const int = (field, n) => Buffer.from([...varint(field * 8), ...varint(n)]);
const raw = (field, bytes) => Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes]);
const text = (field, value) => raw(field, Buffer.from(value));
const message = (field, ...parts) => raw(field, Buffer.concat(parts));

const FLOAT = 1;
const INT8 = 3;
const tensor = (name, dims, data) =>
  message(
    5,
    ...dims.map((n) => int(1, n)),
    int(2, data instanceof Int8Array ? INT8 : FLOAT),
    text(8, name),
    raw(9, bytesOf(data)),
  );
/** A value whose sizes may be names. */
const value = (field, name, dims) => {
  const shape = message(2, ...dims.map((n) => message(1, typeof n === 'number' ? int(1, n) : text(2, n))));
  return message(field, text(1, name), message(2, message(1, int(1, FLOAT), shape)));
};

/** i f g o as we have them to ONNX' i o f c, by rows of a matrix `(4·units, columns)`. */
function toOnnx(matrix, units, columns) {
  const block = units * columns;
  const part = (gate) => matrix.subarray(gate * block, (gate + 1) * block);
  const all = new matrix.constructor(matrix.length);
  for (const [index, gate] of [0, 3, 1, 2].entries()) all.set(part(gate), index * block);
  return all;
}

/** Rounded with one scale for the whole tensor, as quantize_dynamic does, and turned to `(columns, rows)`, as the operator wants it. */
function rounded(matrix, rows, columns) {
  const scale = matrix.reduce((most, w) => Math.max(most, Math.abs(w)), 0) / 127;
  const int8 = new Int8Array(matrix.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) int8[c * rows + r] = Math.round(matrix[r * columns + c] / scale);
  }
  return { int8, scale: Float32Array.of(scale) };
}

/**
 * X `[T, B, inputs]`, h and c `[1, B, units]` to Y `[T, 1, B, units]` and the states after it: an LSTM as float32, or with int8 weights
 * what onnxruntime's quantize_dynamic makes of it, DynamicQuantizeLSTM.
 */
export function lstmFile({ inputs, units, weightIh, weightHh, bias }, int8) {
  const rows = 4 * units;
  const [W, R] = [toOnnx(weightIh, units, inputs), toOnnx(weightHh, units, units)];
  const B = new Float32Array(2 * rows);
  B.set(toOnnx(bias, units, 1));
  const named = ['X', 'W', 'R', 'B', '', 'h', 'c'];
  const tensors = [tensor('B', [1, 2 * rows], B)];
  if (int8) {
    const [w, r] = [rounded(W, rows, inputs), rounded(R, rows, units)];
    named.push('', 'Ws', 'Wz', 'Rs', 'Rz');
    tensors.push(
      tensor('W', [1, inputs, rows], w.int8),
      tensor('R', [1, units, rows], r.int8),
      tensor('Ws', [1], w.scale),
      tensor('Wz', [1], new Int8Array(1)),
      tensor('Rs', [1], r.scale),
      tensor('Rz', [1], new Int8Array(1)),
    );
  } else tensors.push(tensor('W', [1, rows, inputs], W), tensor('R', [1, rows, units], R));
  const outputs = ['Y', 'hn', 'cn'];
  const node = message(
    1,
    ...named.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, int8 ? 'DynamicQuantizeLSTM' : 'LSTM'),
    message(5, text(1, 'hidden_size'), int(3, units), int(20, 2)),
    ...(int8 ? [text(7, 'com.microsoft')] : []),
  );
  const state = [1, 'B', units];
  const graph = message(
    7,
    node,
    text(2, 'lstm'),
    ...tensors,
    value(11, 'X', ['T', 'B', inputs]),
    value(11, 'h', state),
    value(11, 'c', state),
    value(12, 'Y', ['T', 1, 'B', units]),
    value(12, 'hn', state),
    value(12, 'cn', state),
  );
  const opset = (domain, version) => message(8, text(1, domain), int(2, version));
  return Buffer.concat([int(1, 8), graph, opset('', 14), opset('com.microsoft', 1)]);
}
