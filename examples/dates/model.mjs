// Keras saved the model as it was trained: the text and the answer so far go in together. To use it, it is taken apart.
import { readFileSync } from 'node:fs';
import { fromKeras } from 'gatewise/keras';
import { cut } from 'gatewise/spec';

const read = (name) => readFileSync(new URL(name, import.meta.url));
export const settings = JSON.parse(read('settings.json').toString());

/** The model as it was trained: inputs `text` and `so_far`, each with timesteps of its own. */
export const trained = fromKeras(read('model.keras'));

/** Reads the text; what it has understood is its state. */
export const encoder = cut(trained, { outputs: ['encoder'] });

/** Writes the answer, one figure a timestep, from whatever state it is given. */
export const decoder = cut(trained, { outputs: trained.outputs, ownState: ['decoder'] });
