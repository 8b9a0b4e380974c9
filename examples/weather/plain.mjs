import { plainLstm } from '../../bench/plain-js/rows.mjs';

/** The same network in plain JavaScript: `step(x, out)`. Reads the model's spec, so both have the same weights. */
export function plainForecaster({ nodes, tensors }) {
  const data = (name) => tensors[name].data;
  const layers = nodes
    .filter(({ type }) => type === 'lstm')
    .map(({ units, tensors: { weightIh, weightHh, biasIh, biasHh } }) => ({
      inputs: tensors[weightIh].shape[1],
      units,
      weightIh: data(weightIh),
      weightHh: data(weightHh),
      bias: data(biasIh).map((value, row) => value + data(biasHh)[row]),
    }));
  const head = nodes.find(({ type }) => type === 'dense');
  const [weight, bias] = [data(head.tensors.weight), data(head.tensors.bias)];
  const lstm = plainLstm(layers);
  const h = new Float32Array(layers.at(-1).units);
  return {
    step(x, out) {
      lstm.step(x, h);
      for (let row = 0, at = 0; row < out.length; row++) {
        let sum = bias[row];
        for (let k = 0; k < h.length; k++) sum += weight[at++] * h[k];
        out[row] = sum;
      }
      return out;
    },
  };
}
