import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromPyTorch } from '../../../src/importers/pytorch/index.js';
import { readSafetensors } from '../../../src/importers/safetensors/index.js';
import { createModel } from '../../../src/index.js';
import { largestDifference } from '../../support/bits.js';
import { builds } from '../../support/builds.js';

const folder = new URL('../../../examples/weather/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder));
const settings = JSON.parse(read('settings.json').toString());
const { loadSeries, featurize } = await import(new URL('series.mjs', folder).href);
const series = loadSeries();
const x: Float32Array = featurize(series, settings.normalisation);
const reference = readSafetensors(read('predictions.safetensors'));
const expected = reference.tensors.outputs;
const first: number = series.days.indexOf(reference.metadata.first_day);

const { hidden_size: hiddenSize, num_layers: numLayers, horizon } = settings.hyperparameters;
const spec = fromPyTorch(read('model.safetensors'), {
  inputSize: 4,
  layers: [
    { type: 'lstm', prefix: 'lstm', hiddenSize, numLayers },
    { type: 'linear', prefix: 'head', outFeatures: horizon },
  ],
});

describe.each(builds)('the weather model, %s kernels', (build) => {
  it("gives PyTorch's own predictions, after years of history, day by day", async () => {
    expect(expected?.shape).toEqual([series.days.length - first, horizon]);
    const model = await createModel(spec, { build });
    const stream = model.createStream();
    stream.run(x.subarray(0, 4 * first));
    const out = new Float32Array(horizon);
    for (let day = first; day < series.days.length; day++) {
      stream.step(x.subarray(4 * day, 4 * day + 4), out);
      const row = expected?.data.subarray((day - first) * horizon, (day - first + 1) * horizon);
      // The engine's promise for trained weights.
      expect(largestDifference(out, row)).toBeLessThan(1e-5);
    }
    model.dispose();
  });
});
