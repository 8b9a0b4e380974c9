/**
 * The LSTM as one writes it: one timestep in plain JavaScript on Float32Arrays, the weights in the framework's own
 * layout, one row per gate and unit. Nothing is allocated, the four gates of a unit are summed side by side.
 *
 *     i, f, o = σ(W·x + U·h + b)     g = tanh(W·x + U·h + b)     c' = f∘c + i∘g     h' = o∘tanh(c')
 *
 * `packed.mjs` is the same with the weights repacked for speed.
 */
import { stacked } from './stack.mjs';

/**
 * A stack of LSTM layers with a state, one timestep at a time.
 * @param layers per layer: `inputs`, `units`, `weightIh (4·units, inputs)`, `weightHh (4·units, units)`, `bias (4·units)`,
 *   row-major, gates stacked i f g o.
 * @returns `step(x, out)`: the last layer's h after reading x, written to `out`; `reset()`: back to zeros.
 */
export function plainLstm(layers) {
  const stack = layers.map((layer) => ({
    ...layer,
    h: new Float32Array(layer.units),
    next: new Float32Array(layer.units),
    c: new Float32Array(layer.units),
  }));
  return stacked(stack, cell);
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

function cell(layer, x) {
  const { inputs, units, weightIh, weightHh, bias, h, next, c } = layer;
  for (let unit = 0; unit < units; unit++) {
    let i = bias[unit];
    let f = bias[units + unit];
    let g = bias[2 * units + unit];
    let o = bias[3 * units + unit];
    const [xi, xf, xg, xo] = [
      unit * inputs,
      (units + unit) * inputs,
      (2 * units + unit) * inputs,
      (3 * units + unit) * inputs,
    ];
    for (let k = 0; k < inputs; k++) {
      const v = x[k];
      i += weightIh[xi + k] * v;
      f += weightIh[xf + k] * v;
      g += weightIh[xg + k] * v;
      o += weightIh[xo + k] * v;
    }
    const [hi, hf, hg, ho] = [
      unit * units,
      (units + unit) * units,
      (2 * units + unit) * units,
      (3 * units + unit) * units,
    ];
    for (let k = 0; k < units; k++) {
      const v = h[k];
      i += weightHh[hi + k] * v;
      f += weightHh[hf + k] * v;
      g += weightHh[hg + k] * v;
      o += weightHh[ho + k] * v;
    }
    c[unit] = sigmoid(f) * c[unit] + sigmoid(i) * Math.tanh(g);
    next[unit] = sigmoid(o) * Math.tanh(c[unit]);
  }
  // The new h takes the old one's place only now: every unit reads the whole old h.
  layer.next = h;
  layer.h = next;
  return next;
}
