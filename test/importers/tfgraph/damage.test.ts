import { expect, it } from 'vitest';
import { readTfGraph } from '../../../src/importers/tfgraph/index.js';
import { GatewiseError, ImportError } from '../../../src/index.js';
import { check } from '../../slow/children/run-model.js';
import { uniform } from '../../support/random.js';
import { damaged } from '../corpus.js';
import { caseOf } from './cases.js';

// Changed files: a named error or a model that the engine accepts, whatever is changed. More of it, with other seeds each time, by `npm run test:slow`.

const TRIES = 100;

it.each([
  ['keras3', 'lstm_last'],
  ['frozen', 'dynamic_head'],
] as const)(`%s/%s, changed ${TRIES} times`, (flavour, name) => {
  const { model, files } = caseOf(flavour, name);
  const next = uniform(1);
  let refused = 0;
  for (let i = 0; i < TRIES; i++) {
    try {
      check(readTfGraph(damaged(model, next), { files }).spec);
    } catch (error) {
      expect(error).toBeInstanceOf(GatewiseError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(25);
});

it('cut anywhere, it is refused', () => {
  const { model } = caseOf('frozen', 'dynamic_head');
  for (let length = 0; length < model.length; length += 97)
    expect(() => readTfGraph(model.subarray(0, length))).toThrow(ImportError);
});
