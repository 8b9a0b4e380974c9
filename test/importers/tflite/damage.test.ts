import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readTflite } from '../../../src/importers/tflite/index.js';
import { GatewiseError, ImportError } from '../../../src/index.js';
import { check } from '../../slow/children/run-model.js';
import { uniform } from '../../support/random.js';
import { damaged } from '../corpus.js';

// Changed files: a named error or a model that the engine accepts, whatever is changed. More of it, with other seeds each time, by `npm run test:slow`.

const models: { name: string; model: string }[] = JSON.parse(
  readFileSync(new URL('../../golden/tflite-files/keras2.json', import.meta.url), 'utf8'),
);
const bytesOf = (name: string): Uint8Array =>
  new Uint8Array(gunzipSync(Buffer.from(models.find((one) => one.name === name)?.model as string, 'base64')));

const TRIES = 200;

it.each(['lstm_sequence', 'lstm_sequence_int8'])(`%s, changed ${TRIES} times`, (name) => {
  const bytes = bytesOf(name);
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
  const bytes = bytesOf('lstm_sequence');
  for (let length = 0; length < bytes.length; length += 37)
    expect(() => readTflite(bytes.subarray(0, length))).toThrow(ImportError);
});
