import { readFileSync } from 'node:fs';
import { fromPyTorch } from 'gatewise/pytorch';

const read = (name) => readFileSync(new URL(name, import.meta.url));
export const settings = JSON.parse(read('settings.json').toString());

/** The modules of `Speller` in train.py. */
export const spec = fromPyTorch(read('model.safetensors'), {
  name: 'airports',
  layers: [
    { type: 'embedding', prefix: 'embedding' },
    { type: 'gru', prefix: 'gru', hiddenSize: settings.hyperparameters.hidden_size },
    { type: 'linear', prefix: 'head' },
  ],
});
