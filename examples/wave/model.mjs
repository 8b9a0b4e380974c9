// Two files of PyTorch's: an encoder of two layers, and a decoder of one with a layer that gives the point.
import { readFileSync } from 'node:fs';
import { fromPyTorch } from 'gatewise/pytorch';

const read = (name) => readFileSync(new URL(name, import.meta.url));
export const settings = JSON.parse(read('settings.json').toString());
const hiddenSize = settings.hyperparameters.units;

/** `encoder.lstm_l0` and `lstm_l1`: 10 points in. */
export const encoder = fromPyTorch(read('encoder.safetensors'), {
  inputSize: 1,
  layers: [{ type: 'lstm', prefix: 'lstm', hiddenSize, numLayers: 2 }],
});

/** One point in, the next one out. */
export const decoder = fromPyTorch(read('decoder.safetensors'), {
  inputSize: 1,
  layers: [
    { type: 'lstm', prefix: 'lstm', hiddenSize },
    { type: 'linear', prefix: 'head' },
  ],
});
