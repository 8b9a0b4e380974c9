import { expect, it } from 'vitest';
import { readTflite } from '../../../src/importers/tflite/index.js';
import { GatewiseError, ImportError } from '../../../src/index.js';
import { check } from '../../slow/children/run-model.js';
import { uniform } from '../../support/random.js';
import { damaged } from '../corpus.js';
import { bytesOf, type Case, cases } from './golden.js';

// Changed files: a named error or a model that the engine accepts, whatever is changed. More of it, with other seeds each time, by `npm run test:slow`.

const file = (flavour: string, name: string): Uint8Array =>
  bytesOf(cases(flavour).find((one) => one.name === name) as Case);

const TRIES = 200;

it.each([
  ['keras2', 'lstm_sequence'],
  ['keras2', 'lstm_sequence_int8'],
  ['fused', 'integer_projection'],
  ['fused', 'hybrid_lstm_asymmetric'],
])(`%s, %s, changed ${TRIES} times`, (flavour, name) => {
  const bytes = file(flavour, name);
  const next = uniform(1);
  let refused = 0;
  for (let i = 0; i < TRIES; i++) {
    try {
      check(readTflite(damaged(bytes, next)).spec);
    } catch (error) {
      expect(error).toBeInstanceOf(GatewiseError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(50);
});

it('cut anywhere, it is refused', () => {
  const bytes = file('keras2', 'lstm_sequence');
  for (let length = 0; length < bytes.length; length += 37)
    expect(() => readTflite(bytes.subarray(0, length))).toThrow(ImportError);
});
