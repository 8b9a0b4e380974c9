import { describe, expect, it } from 'vitest';
import { GatewiseError } from '../../src/index.js';
import { seeds } from '../importers/corpus.js';
import { NAMES, placesOf } from '../importers/renamed-files.js';
import { check } from './children/run-model.js';

// Every text of every file, one after another, is `constructor`, `toString` and the like: no name of a file is looked up where those of
// Object.prototype are found.

const SEEDS = seeds().map((seed) => ({ seed, places: placesOf(seed) }));

describe('files with a name of Object.prototype in the place of a text', () => {
  it.each(SEEDS.map(({ seed, places }) => [seed.name, seed, places] as const))('%s', (_, seed, places) => {
    const outcomes = places.flatMap(({ what, rename }) =>
      NAMES.map((name) => {
        try {
          check(seed.read(rename(name)));
          return 'opened';
        } catch (error) {
          return error instanceof GatewiseError ? 'refused' : `${what}: ${name}: ${(error as Error).stack}`;
        }
      }),
    );
    expect(outcomes.filter((outcome) => !['opened', 'refused'].includes(outcome))).toEqual([]);
  });

  // Of weights alone, and of RNNoise's, there are few or none.
  it('there are many in every format that has texts', () => {
    const counts = SEEDS.map(({ seed, places }) => [seed.name, places.length] as const);
    const few = counts.filter(([name, count]) => count < 5 && !/^(TensorFlow|Keras weights|RNNoise)/.test(name));
    expect(few).toEqual([]);
    expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(5000);
  });
});
