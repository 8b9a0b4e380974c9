// What a program does first, for which the entry of Node is laid out: `node first-step.mjs URL` imports the entry, makes a model, takes a step.
const [, , url] = process.argv;
const { createModel } = await import(url);
const UNITS = 4;
const tensor = (...shape) => ({ data: new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5), shape });
const model = await createModel({
  inputs: [{ name: 'x', features: UNITS }],
  nodes: [
    {
      type: 'lstm',
      name: 'y',
      inputs: ['x'],
      units: UNITS,
      tensors: { weightIh: 'wIh', weightHh: 'wHh', biasIh: 'bIh', biasHh: 'bHh' },
    },
  ],
  outputs: ['y'],
  tensors: {
    wIh: tensor(4 * UNITS, UNITS),
    wHh: tensor(4 * UNITS, UNITS),
    bIh: tensor(4 * UNITS),
    bHh: tensor(4 * UNITS),
  },
});
model.createStream().step(new Float32Array(UNITS));
