import { uniform } from './random.mjs';

/** Stacked LSTMs that the suites run: `[inputs, units, layers]`, from a toy to one that falls out of every cache but the last. */
export const SIZES = [
  [1, 8, 1],
  [1, 20, 1],
  [1, 40, 1],
  [64, 64, 1],
  [128, 128, 1],
  [128, 256, 2],
  [256, 512, 1],
  [512, 1024, 1],
];

export const sizeName = ([inputs, units, layers]) => `(${inputs}, ${units}, ${layers})`;

/** Multiply-adds of one timestep, gate products only. */
export const multiplyAdds = ([inputs, units, layers]) => 4 * units * (inputs + units + (layers - 1) * 2 * units);

/**
 * LSTM layers with weights at the scale of trained ones: one entry per layer, `weightIh (4·units, input)`, `weightHh (4·units, units)`,
 * `bias (4·units)`, gates stacked i f g o.
 */
export const randomLayers = (size) => drawLayers(size, 4);

/** Layers of a cell with so many gates, uniform in ±1/√units (PyTorch's initialisation); `more(draw)` is what else a layer has. */
export function drawLayers([inputs, units, layers], gates, more = () => ({})) {
  const scale = 1 / Math.sqrt(units);
  return Array.from({ length: layers }, (_, layer) => {
    const input = layer === 0 ? inputs : units;
    const draw = (what, length) => uniform(1000 * layer + what, length, scale);
    return {
      inputs: input,
      units,
      weightIh: draw(1, gates * units * input),
      weightHh: draw(2, gates * units * units),
      bias: draw(3, gates * units),
      ...more(draw),
    };
  });
}

/** The layers as a ModelSpec: input `x`, output the sequence of the last layer's h. */
export function lstmSpec(layers) {
  const tensors = {};
  const nodes = layers.map(({ inputs, units, weightIh, weightHh, bias }, index) => {
    const name = `lstm${index}`;
    tensors[`${name}.ih`] = { shape: [4 * units, inputs], data: weightIh };
    tensors[`${name}.hh`] = { shape: [4 * units, units], data: weightHh };
    tensors[`${name}.bias`] = { shape: [4 * units], data: bias };
    return {
      type: 'lstm',
      name,
      inputs: [index === 0 ? 'x' : `lstm${index - 1}`],
      units,
      tensors: { weightIh: `${name}.ih`, weightHh: `${name}.hh`, biasIh: `${name}.bias` },
    };
  });
  return { inputs: [{ name: 'x', features: layers[0].inputs }], nodes, outputs: [nodes.at(-1).name], tensors };
}
