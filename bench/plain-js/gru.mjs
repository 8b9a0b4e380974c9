/**
 * The GRU as one writes it, in the manner of `rows.mjs`: the reset gate after the product, as PyTorch and cuDNN have it.
 *
 *     r, z = σ(W·x + b + U·h + c)     n = tanh(W·x + b + r∘(U·h + c))     h' = (1 - z)∘n + z∘h
 */
import { stacked } from './stack.mjs';

/**
 * A stack of GRU layers with a state, one timestep at a time, without allocation.
 * @param layers per layer: `inputs`, `units`, `weightIh (3·units, inputs)`, `weightHh (3·units, units)`, `bias` and `biasHh (3·units)`,
 *   row-major, gates stacked r z n.
 * @returns `step(x, out)`: the last layer's h after reading x, written to `out`; `reset()`: back to zeros.
 */
export function plainGru(layers) {
  const stack = layers.map((layer) => ({
    ...layer,
    h: new Float32Array(layer.units),
    next: new Float32Array(layer.units),
  }));
  return stacked(stack, cell);
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

function cell(layer, x) {
  const { inputs, units, weightIh, weightHh, bias, biasHh, h, next } = layer;
  for (let unit = 0; unit < units; unit++) {
    let r = bias[unit] + biasHh[unit];
    let z = bias[units + unit] + biasHh[units + unit];
    let n = bias[2 * units + unit];
    let nh = biasHh[2 * units + unit];
    const [xr, xz, xn] = [unit * inputs, (units + unit) * inputs, (2 * units + unit) * inputs];
    for (let k = 0; k < inputs; k++) {
      const v = x[k];
      r += weightIh[xr + k] * v;
      z += weightIh[xz + k] * v;
      n += weightIh[xn + k] * v;
    }
    const [hr, hz, hn] = [unit * units, (units + unit) * units, (2 * units + unit) * units];
    for (let k = 0; k < units; k++) {
      const v = h[k];
      r += weightHh[hr + k] * v;
      z += weightHh[hz + k] * v;
      nh += weightHh[hn + k] * v;
    }
    const candidate = Math.tanh(n + sigmoid(r) * nh);
    const keep = sigmoid(z);
    next[unit] = (1 - keep) * candidate + keep * h[unit];
  }
  // The new h takes the old one's place only now: every unit reads the whole old h.
  layer.next = h;
  layer.h = next;
  return next;
}
