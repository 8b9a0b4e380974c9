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
const INT64 = 7;
const typeOf = (data) => (data instanceof Int8Array ? INT8 : data instanceof BigInt64Array ? INT64 : FLOAT);
const tensor = (name, dims, data) =>
  message(5, ...dims.map((n) => int(1, n)), int(2, typeOf(data)), text(8, name), raw(9, bytesOf(data)));
/** A value whose sizes may be names. */
const value = (field, name, dims) => {
  const shape = message(2, ...dims.map((n) => message(1, typeof n === 'number' ? int(1, n) : text(2, n))));
  return message(field, text(1, name), message(2, message(1, int(1, FLOAT), shape)));
};

/** Our gates in the order of ONNX: i f g o to i o f c, r z n to z r h. */
const GATES = { lstm: [0, 3, 1, 2], gru: [1, 0, 2] };

/** The blocks of rows of a matrix, one a gate, in another order. */
function reordered(matrix, order) {
  const block = matrix.length / order.length;
  const all = new matrix.constructor(matrix.length);
  for (const [index, gate] of order.entries())
    all.set(matrix.subarray(gate * block, (gate + 1) * block), index * block);
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

/** One layer, from the value `x` to `y` `[T, 1, B, units]`: `{ node, tensors, states }`, states by the names of their inputs. */
function layerOf(cell, { inputs, units, weightIh, weightHh, bias, biasHh }, index, int8, [x, y]) {
  const order = GATES[cell];
  const rows = order.length * units;
  const of = (name) => `${name}${index}`;
  const [W, R] = [weightIh, weightHh].map((matrix) => reordered(matrix, order));
  const B = new Float32Array(2 * rows);
  B.set(reordered(bias, order));
  if (biasHh) B.set(reordered(biasHh, order), rows);
  const states = cell === 'lstm' ? [of('h'), of('c')] : [of('h')];
  const named = [x, of('W'), of('R'), of('B'), '', ...states];
  const tensors = [tensor(of('B'), [1, 2 * rows], B)];
  if (int8) {
    const [w, r] = [rounded(W, rows, inputs), rounded(R, rows, units)];
    named.push('', ...['Ws', 'Wz', 'Rs', 'Rz'].map(of));
    tensors.push(
      tensor(of('W'), [1, inputs, rows], w.int8),
      tensor(of('R'), [1, units, rows], r.int8),
      tensor(of('Ws'), [1], w.scale),
      tensor(of('Wz'), [1], new Int8Array(1)),
      tensor(of('Rs'), [1], r.scale),
      tensor(of('Rz'), [1], new Int8Array(1)),
    );
  } else tensors.push(tensor(of('W'), [1, rows, inputs], W), tensor(of('R'), [1, rows, units], R));
  const attribute = (name, n) => message(5, text(1, name), int(3, n), int(20, 2));
  const node = message(
    1,
    ...named.map((name) => text(1, name)),
    ...[y, ...states.map((state) => `${state}n`)].map((name) => text(2, name)),
    text(4, int8 ? 'DynamicQuantizeLSTM' : cell.toUpperCase()),
    attribute('hidden_size', units),
    ...(cell === 'gru' ? [attribute('linear_before_reset', 1)] : []),
    ...(int8 ? [text(7, 'com.microsoft')] : []),
  );
  return { node, tensors, states };
}

/**
 * X `[T, B, inputs]`, per layer its states h0 (and c0) `[1, B, units]`, to Y `[T, 1, B, units]` of the last layer and the states after it, h0n
 * (and c0n): LSTMs or GRUs as float32, or LSTMs with int8 weights as onnxruntime's quantize_dynamic makes of them, DynamicQuantizeLSTM.
 */
export function recurrentFile({ cell, inputs, units, layers }, int8) {
  const last = layers.length - 1;
  const parts = layers.map((layer, index) =>
    layerOf(cell, layer, index, int8, [index === 0 ? 'X' : `x${index}`, index === last ? 'Y' : `y${index}`]),
  );
  // Without the axis of directions.
  const squeeze = (index) =>
    message(1, text(1, `y${index}`), text(1, 'axes'), text(2, `x${index + 1}`), text(4, 'Squeeze'));
  const states = parts.flatMap((part) => part.states);
  const graph = message(
    7,
    ...parts.flatMap(({ node }, index) => (index === last ? [node] : [node, squeeze(index)])),
    text(2, cell),
    ...parts.flatMap(({ tensors }) => tensors),
    tensor('axes', [1], BigInt64Array.of(1n)),
    value(11, 'X', ['T', 'B', inputs]),
    ...states.map((state) => value(11, state, [1, 'B', units])),
    value(12, 'Y', ['T', 1, 'B', units]),
    ...states.map((state) => value(12, `${state}n`, [1, 'B', units])),
  );
  const opset = (domain, version) => message(8, text(1, domain), int(2, version));
  return Buffer.concat([int(1, 8), graph, opset('', 14), opset('com.microsoft', 1)]);
}
