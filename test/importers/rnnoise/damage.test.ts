import { expect, it } from 'vitest';
import { readRNNoise } from '../../../src/importers/rnnoise/index.js';
import { GatewiseError, ImportError } from '../../../src/index.js';
import { check } from '../../slow/children/run-model.js';
import { uniform } from '../../support/random.js';
import { damaged } from '../corpus.js';
import { fileOf, goldenCases } from './golden.js';

// Changed files: a named error or a model that the engine accepts, whatever is changed. More of it, with other seeds each time, by `npm run test:slow`.

const TRIES = 100;

it.each(goldenCases)(`%s, changed ${TRIES} times`, (_, one) => {
  const bytes = fileOf(one);
  const next = uniform(1);
  let refused = 0;
  for (let i = 0; i < TRIES; i++) {
    try {
      check(readRNNoise(damaged(bytes, next)).spec);
    } catch (error) {
      expect(error).toBeInstanceOf(GatewiseError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(TRIES / 3);
});

it.each(goldenCases)('%s, cut anywhere, is refused', (_, one) => {
  const bytes = fileOf(one);
  // The last number of a text may be cut to another: nothing tells that there was more.
  const last = bytes.length - 6;
  for (let length = 0; length < last; length += 37)
    expect(() => readRNNoise(bytes.subarray(0, length))).toThrow(ImportError);
});
