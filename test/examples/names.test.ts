import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromPyTorch } from '../../src/importers/pytorch/index.js';
import { createModel } from '../../src/index.js';
import { largestDifference } from '../support/bits.js';
import { builds } from '../support/builds.js';

const folder = new URL('../../examples/names/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder));
const settings = JSON.parse(read('settings.json').toString());
const { draw, spell } = await import(new URL('spell.mjs', folder).href);
const { seeded } = await import(new URL('../shared/random.mjs', folder).href);

const spec = fromPyTorch(read('model.safetensors'), {
  layers: [
    { type: 'embedding', prefix: 'embedding' },
    { type: 'gru', prefix: 'gru', hiddenSize: settings.hyperparameters.hidden_size },
    { type: 'linear', prefix: 'head' },
  ],
});

describe.each(builds)('the speller, %s kernels', (build) => {
  it("gives PyTorch's own scores for a name that it has never seen", async () => {
    const stream = (await createModel(spec, { build })).createStream();
    const { name, scores } = settings.reference;
    [...`\n${name}`].forEach((letter, at) => {
      const got = stream.step([settings.letters.indexOf(letter)]);
      expect(largestDifference(got, scores[at])).toBeLessThan(1e-5);
    });
  });

  it('spells whole names from a beginning', async () => {
    const model = await createModel(spec, { build });
    const options = { start: 'Ham', count: 5, temperature: 0.5, random: seeded(3) };
    const names: string[] = spell(model, settings.letters, options);
    expect(names).toHaveLength(5);
    for (const name of names) expect(name).toMatch(/^Ham[^\n]+$/);
    expect(() => spell(model, settings.letters, { ...options, start: 'Ωmega' })).toThrow(/knows no "Ω"/);
  });
});

it('draws by score and temperature', () => {
  const share = (temperature: number): number => {
    const random = seeded(1);
    let first = 0;
    for (let n = 0; n < 4000; n++) if (draw([1, 0], temperature, random) === 0) first++;
    return first / 4000;
  };
  // e^(1/T) / (e^(1/T) + 1), within four standard deviations.
  for (const temperature of [0.5, 1, 2]) {
    const wanted = 1 / (1 + Math.exp(-1 / temperature));
    expect(Math.abs(share(temperature) - wanted)).toBeLessThan(4 * Math.sqrt((wanted * (1 - wanted)) / 4000));
  }
});
