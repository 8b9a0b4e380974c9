/**
 * Layers of a cell, each fed by the last, with their state.
 * @param layers each with `h`, a Float32Array, and `c` if the cell has one
 * @param cell `(layer, x)`: takes a timestep, changes the layer's state, gives its h
 * @returns `step(x, out)`: the last layer's h after reading x, written to `out`; `reset()`: back to zeros.
 */
export function stacked(layers, cell) {
  return {
    step(x, out) {
      let value = x;
      for (const layer of layers) value = cell(layer, value);
      for (let unit = 0; unit < out.length; unit++) out[unit] = value[unit];
      return out;
    },
    reset() {
      for (const { h, c } of layers) {
        h.fill(0);
        c?.fill(0);
      }
    },
  };
}
