import { drawLayers } from './lstm.mjs';

/**
 * GRU layers with weights at the scale of trained ones: one entry per layer, `weightIh (3·units, input)`, `weightHh (3·units, units)`,
 * `bias (3·units)` beside the former and `biasHh (3·units)` beside the latter, gates stacked r z n.
 */
export const randomGru = (size) => drawLayers(size, 3, (draw) => ({ biasHh: draw(4, 3 * size[1]) }));

/** The layers as a ModelSpec: input `x`, output the sequence of the last layer's h; the reset gate after the product, as in PyTorch. */
export function gruSpec(layers) {
  const tensors = {};
  const nodes = layers.map(({ inputs, units, weightIh, weightHh, bias, biasHh }, index) => {
    const name = `gru${index}`;
    tensors[`${name}.ih`] = { shape: [3 * units, inputs], data: weightIh };
    tensors[`${name}.hh`] = { shape: [3 * units, units], data: weightHh };
    tensors[`${name}.bih`] = { shape: [3 * units], data: bias };
    tensors[`${name}.bhh`] = { shape: [3 * units], data: biasHh };
    return {
      type: 'gru',
      name,
      inputs: [index === 0 ? 'x' : `gru${index - 1}`],
      units,
      resetAfter: true,
      tensors: {
        weightIh: `${name}.ih`,
        weightHh: `${name}.hh`,
        biasIh: `${name}.bih`,
        biasHh: `${name}.bhh`,
      },
    };
  });
  return { inputs: [{ name: 'x', features: layers[0].inputs }], nodes, outputs: [nodes.at(-1).name], tensors };
}
