// The trained network: its file, its settings, and the topology that a safetensors file does not hold.
import { readFileSync } from 'node:fs';
import { readSafetensors } from 'gatewise/safetensors';

const read = (name) => readFileSync(new URL(name, import.meta.url));

export const settings = JSON.parse(read('settings.json').toString());
export const weights = read('model.safetensors');

/** What the training framework itself computed: `(days, horizon)`, from day `first` of the series on. */
export const reference = readSafetensors(read('predictions.safetensors'));

const { hidden_size: hiddenSize, num_layers: numLayers, horizon: outFeatures } = settings.hyperparameters;

/** The modules of `Forecaster` in train.py. */
export const config = {
  name: 'Seattle weather',
  inputSize: settings.features.length,
  layers: [
    { type: 'lstm', prefix: 'lstm', hiddenSize, numLayers },
    { type: 'linear', prefix: 'head', outFeatures },
  ],
};
