import { folderOf, requirePeer } from './peer.mjs';

const WASM = '@tensorflow/tfjs-backend-wasm';

/**
 * TensorFlow.js on its `cpu` or `wasm` backend. It has no stream: a step is its core operations on tensors that are kept
 * (`basicLSTMCell`; for a GRU, whose layer cannot have the reset gate after the product, matMul and the elementwise ones), the cheapest
 * way it has. An LSTM's sequences are `predict` of its layers model, a GRU's the same operations in a loop, which is what its layers do.
 */
export async function open(net, _options, backend) {
  const tf = requirePeer('@tensorflow/tfjs');
  if (backend === 'wasm') {
    const wasm = requirePeer(WASM);
    wasm.setWasmPaths(`${folderOf(WASM)}/`);
    wasm.setThreadsCount(1);
  }
  if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend}`);
  const { inputs } = net;
  const cell = net.cell === 'lstm' ? lstmCell(tf, net.layers) : gruCell(tf, net.layers);
  let states = cell.zeros(1);
  return {
    step(frame) {
      const next = tf.tidy(() => cell.step(tf.tensor2d(frame, [1, inputs]), states));
      tf.dispose(states);
      states = next;
      return cell.output(states).dataSync();
    },
    sequence(x, { batch, time }) {
      const shape = [batch, time, inputs];
      const predict = net.cell === 'lstm' ? lstmModel(tf, net) : (input) => unrolled(tf, cell, input);
      let data;
      const run = () => {
        const y = tf.tidy(() => predict(tf.tensor3d(x, shape)));
        data = y.dataSync();
        y.dispose();
      };
      return { run, output: () => data };
    },
  };
}

/** A matrix `(rows, columns)` as a tensor `(columns, rows)`, the rows' blocks of gates in another order. */
function kernel(tf, matrix, rows, columns, order) {
  const block = rows / order.length;
  return tf.tidy(() =>
    tf.keep(
      tf.concat(
        order.map((gate) =>
          tf
            .tensor2d(matrix, [rows, columns])
            .slice([gate * block, 0], [block, columns])
            .transpose(),
        ),
        1,
      ),
    ),
  );
}

function lstmCell(tf, layers) {
  // i f g o to i g f o.
  const order = [0, 2, 1, 3];
  const parts = layers.map(({ inputs, units, weightIh, weightHh, bias }) => ({
    units,
    kernel: tf.concat(
      [kernel(tf, weightIh, 4 * units, inputs, order), kernel(tf, weightHh, 4 * units, units, order)],
      0,
    ),
    bias: kernel(tf, bias, 4 * units, 1, order).reshape([4 * units]),
  }));
  const forgetBias = tf.scalar(0);
  return {
    zeros: (batch) => parts.map(({ units }) => [tf.zeros([batch, units]), tf.zeros([batch, units])]),
    step(x, states) {
      let value = x;
      return parts.map(({ kernel, bias }, layer) => {
        const [c, h] = states[layer];
        const next = tf.basicLSTMCell(forgetBias, kernel, bias, value, c, h);
        value = next[1];
        return next;
      });
    },
    output: (states) => states.at(-1)[1],
  };
}

function gruCell(tf, layers) {
  const order = [0, 1, 2];
  const parts = layers.map(({ inputs, units, weightIh, weightHh, bias, biasHh }) => ({
    units,
    ih: kernel(tf, weightIh, 3 * units, inputs, order),
    hh: kernel(tf, weightHh, 3 * units, units, order),
    bih: tf.tensor1d(bias),
    bhh: tf.tensor1d(biasHh),
  }));
  const one = tf.scalar(1);
  return {
    zeros: (batch) => parts.map(({ units }) => tf.zeros([batch, units])),
    step(x, states) {
      let value = x;
      return parts.map(({ ih, hh, bih, bhh }, layer) => {
        const h = states[layer];
        const [xr, xz, xn] = tf.split(tf.add(tf.matMul(value, ih), bih), 3, 1);
        const [hr, hz, hn] = tf.split(tf.add(tf.matMul(h, hh), bhh), 3, 1);
        const z = tf.sigmoid(tf.add(xz, hz));
        const n = tf.tanh(tf.add(xn, tf.mul(tf.sigmoid(tf.add(xr, hr)), hn)));
        value = tf.add(tf.mul(tf.sub(one, z), n), tf.mul(z, h));
        return value;
      });
    },
    output: (states) => states.at(-1),
  };
}

/** The cell over `[batch, time, inputs]`, timestep by timestep. */
function unrolled(tf, cell, input) {
  let states = cell.zeros(input.shape[0]);
  const outputs = tf.unstack(input, 1).map((x) => {
    states = cell.step(x, states);
    return cell.output(states);
  });
  return tf.stack(outputs, 1);
}

function lstmModel(tf, { inputs, layers }) {
  // Keras has our i f g o.
  const order = [0, 1, 2, 3];
  const model = tf.sequential({
    layers: layers.map(({ units }, index) =>
      tf.layers.lstm({
        units,
        returnSequences: true,
        recurrentActivation: 'sigmoid',
        kernelInitializer: 'zeros',
        recurrentInitializer: 'zeros',
        ...(index === 0 && { inputShape: [null, inputs] }),
      }),
    ),
  });
  model.setWeights(
    layers.flatMap((layer) => [
      kernel(tf, layer.weightIh, 4 * layer.units, layer.inputs, order),
      kernel(tf, layer.weightHh, 4 * layer.units, layer.units, order),
      tf.tensor1d(layer.bias),
    ]),
  );
  return (input) => model.predict(input);
}
