import { requirePeer } from './peer.mjs';

/** Our i f g o by brain.js' names of them. */
const GATES = ['input', 'forget', 'cellActivation', 'output'];

/**
 * brain.js runs whole sequences from a fresh state only, one at a time, and gives the last output. What it calls an LSTM keeps no cell: h
 * stands in c's place. So its numbers are compared with those equations (`expected`), and its time is that of the same products.
 */
export async function open(net) {
  const { recurrent } = requirePeer('brain.js');
  const { inputs, units, layers } = net;
  const brain = new recurrent.LSTMTimeStep({ inputSize: inputs, outputSize: 1, hiddenLayers: layers.map(() => units) });
  brain.initialize();
  // It runs what has at least one timestep laid out, and lays out the others as they come.
  brain.bindEquation();
  for (const [index, layer] of layers.entries()) {
    const model = brain.model.hiddenLayers[index];
    for (const [gate, name] of GATES.entries()) {
      const part = (matrix) => {
        const block = matrix.length / 4;
        return matrix.slice(gate * block, (gate + 1) * block);
      };
      model[`${name}Matrix`].weights = part(layer.weightIh);
      model[`${name}Hidden`].weights = part(layer.weightHh);
      model[`${name}Bias`].weights = part(layer.bias);
    }
  }
  // One output, the sum of the last layer's units.
  brain.model.outputConnector.weights.fill(1);
  brain.model.output.weights.fill(0);
  return {
    sequence(x, { time }) {
      const frames = Array.from({ length: time }, (_, t) => Array.from(x.subarray(t * inputs, (t + 1) * inputs)));
      const input = inputs === 1 ? frames.flat() : frames;
      let result;
      const run = () => {
        result = brain.run(input);
      };
      return { run, output: () => Float32Array.from([result].flat()) };
    },
  };
}

/** What brain.js should give for one sequence, in float64. */
export function expected({ layers }, x, time) {
  const sigmoid = (value) => 1 / (1 + Math.exp(-value));
  const stack = layers.map((layer) => ({ ...layer, h: new Float64Array(layer.units) }));
  const inputs = layers[0].inputs;
  for (let t = 0; t < time; t++) {
    let value = x.subarray(t * inputs, (t + 1) * inputs);
    for (const layer of stack) {
      const { units, weightIh, weightHh, bias, h } = layer;
      const gate = (row) => {
        let sum = bias[row];
        for (let k = 0; k < value.length; k++) sum += weightIh[row * value.length + k] * value[k];
        for (let k = 0; k < units; k++) sum += weightHh[row * units + k] * h[k];
        return sum;
      };
      const next = h.map((old, unit) => {
        const [i, f, g, o] = [0, 1, 2, 3].map((index) => gate(index * units + unit));
        return sigmoid(o) * Math.tanh(sigmoid(f) * old + sigmoid(i) * Math.tanh(g));
      });
      layer.h = next;
      value = next;
    }
  }
  return Float32Array.of(stack.at(-1).h.reduce((sum, value) => sum + value, 0));
}
