/**
 * One timestep in plain JavaScript on Float32Arrays, the weights repacked, as fast as this project could make it.
 * `rows.mjs` is the same as one would write it.
 *
 *     i, f, o = σ(W·[x, h] + b)     g = tanh(W·[x, h] + b)     c' = f∘c + i∘g     h' = o∘tanh(c')
 *
 * Two units at a time, eight running sums: fewer leave the adder waiting for its own result, and twelve or sixteen gain
 * nothing or spill. The eight weights that meet one input lie side by side, so the matrix is one stream read forwards.
 * Measured against it and slower: one unit at a time (by 20-30 %), one row per gate (30-40 %), Math.fround around every
 * operation (20-40 %), the input loop unrolled by two (5-15 %), Math.tanh (which costs two Math.exp).
 */
import { stacked } from './stack.mjs';

/** Units computed together. */
const PAIR = 2;

/**
 * A stack of LSTM layers with a state, one timestep at a time, without allocation.
 * @param layers per layer: `inputs`, `units`, `weightIh (4·units, inputs)`, `weightHh (4·units, units)`, `bias (4·units)`,
 *   row-major, gates stacked i f g o.
 * @returns `step(x, out)`: the last layer's h after reading x, written to `out`; `reset()`: back to zeros.
 */
export function packedLstm(layers) {
  return stacked(layers.map(prepare), cell);
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const tanh = (x) => 1 - 2 / (1 + Math.exp(2 * x));

function cell({ inputs, units, weights, bias, xh, h, c }, x) {
  const length = inputs + units;
  for (let k = 0; k < inputs; k++) xh[k] = x[k];
  for (let k = 0; k < units; k++) xh[inputs + k] = h[k];
  let at = 0;
  for (let unit = 0; unit < units; unit += PAIR) {
    const first = 4 * unit;
    let i0 = bias[first];
    let f0 = bias[first + 1];
    let g0 = bias[first + 2];
    let o0 = bias[first + 3];
    let i1 = bias[first + 4];
    let f1 = bias[first + 5];
    let g1 = bias[first + 6];
    let o1 = bias[first + 7];
    for (let k = 0; k < length; k++) {
      const v = xh[k];
      i0 += weights[at] * v;
      f0 += weights[at + 1] * v;
      g0 += weights[at + 2] * v;
      o0 += weights[at + 3] * v;
      i1 += weights[at + 4] * v;
      f1 += weights[at + 5] * v;
      g1 += weights[at + 6] * v;
      o1 += weights[at + 7] * v;
      at += 8;
    }
    const c0 = sigmoid(f0) * c[unit] + sigmoid(i0) * tanh(g0);
    const c1 = sigmoid(f1) * c[unit + 1] + sigmoid(i1) * tanh(g1);
    c[unit] = c0;
    c[unit + 1] = c1;
    h[unit] = sigmoid(o0) * tanh(c0);
    h[unit + 1] = sigmoid(o1) * tanh(c1);
  }
  return h;
}

/** Weights as `[pair of units][input][unit of the pair][i f g o]`; an odd last unit gets a companion of zeros. */
function prepare({ inputs, units, weightIh, weightHh, bias }) {
  const length = inputs + units;
  const padded = Math.ceil(units / PAIR) * PAIR;
  const packed = {
    inputs,
    units,
    weights: new Float32Array(4 * padded * length),
    bias: new Float32Array(4 * padded),
    xh: new Float32Array(length),
    h: new Float32Array(padded),
    c: new Float32Array(padded),
  };
  for (let unit = 0; unit < units; unit++) {
    const [pair, place] = [Math.floor(unit / PAIR), unit % PAIR];
    for (let gate = 0; gate < 4; gate++) {
      const row = gate * units + unit;
      packed.bias[4 * unit + gate] = bias[row];
      for (let k = 0; k < length; k++) {
        packed.weights[((pair * length + k) * PAIR + place) * 4 + gate] =
          k < inputs ? weightIh[row * inputs + k] : weightHh[row * units + k - inputs];
      }
    }
  }
  return packed;
}
