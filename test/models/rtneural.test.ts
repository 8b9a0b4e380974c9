import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromRTNeural } from '../../src/importers/rtneural/index.js';
import { createModel } from '../../src/index.js';
import { largestDifference } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { modelsFolder, needsModels } from '../support/needs.js';

const csv = (name: string): Float32Array =>
  Float32Array.from(
    readFileSync(`${modelsFolder}/rtneural/test_data/${name}_python.csv`, 'utf8').trim().split(/\s+/),
    Number,
  );

describe.each(builds)('models: RTNeural, %s', needsModels, (build) => {
  it.each(['lstm', 'gru', 'lstm_1d', 'gru_1d', 'dense', 'lstm_torch', 'gru_torch'])('%s', async (name) => {
    const spec = fromRTNeural(readFileSync(`${modelsFolder}/rtneural/models/${name}.json`));
    const model = await createModel(spec, { build });
    const [x, wanted] = [csv(`${name}_x`), csv(`${name}_y`)];
    expect(largestDifference(model.run(x), wanted)).toBeLessThan(1e-6);
  });

  it('a convolution and a GRU, for which there is no reference, load and run', async () => {
    const model = await createModel(fromRTNeural(readFileSync(`${modelsFolder}/rtneural/models/full_model.json`)), {
      build,
    });
    expect(model.run(new Float32Array(20).fill(0.5)).every(Number.isFinite)).toBe(true);
  });
});
