// Keras saved the model as it was trained: the text and the answer so far go in together. To use it, it is taken apart.
import { readFileSync } from 'node:fs';
import { fromKeras } from 'gatewise/keras';

const read = (name) => readFileSync(new URL(name, import.meta.url));
export const settings = JSON.parse(read('settings.json').toString());

/** The model as it was trained: inputs `text` and `so_far`, each with timesteps of its own. */
export const trained = fromKeras(read('model.keras'));
const node = (name) => trained.nodes.find((one) => one.name === name);
const input = (name) => trained.inputs.find((one) => one.name === name);

/** Reads the text; what it has understood is its state. */
export const encoder = {
  name: 'encoder',
  inputs: [input('text')],
  nodes: [node('letters'), node('encoder')],
  outputs: [node('encoder').outputs[0]],
  tensors: trained.tensors,
};

/** Writes the answer, one figure a timestep, from whatever state it is given. */
export const decoder = {
  name: 'decoder',
  // Its timesteps were those of a second clock; here they are the only ones.
  inputs: [{ ...input('so_far'), time: undefined }],
  nodes: [node('figures'), { ...node('decoder'), inputs: ['figures'] }, node('next'), node('next.activation')],
  outputs: ['next.activation'],
  tensors: trained.tensors,
};
