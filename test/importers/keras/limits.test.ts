import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { fromKeras, readKeras } from '../../../src/importers/keras/index.js';
import { load } from '../../../src/importers/load/index.js';
import { fromTfjs, readTfjs } from '../../../src/importers/tfjs/index.js';
import { ImportError } from '../../../src/index.js';
import { refusal } from '../support.js';
import { bytesOf, caseOf, converted } from './cases.js';

// Every reader of a Keras or TensorFlow.js file draws on the one budget of its import.

interface Limits {
  readonly bytes?: number;
  readonly operations?: number;
  readonly nodes?: number;
  readonly characters?: number;
}
const npz = JSON.parse(readFileSync(new URL('../../golden/keras-files/keras-npz.json', import.meta.url), 'utf8'))[0];
const lstm = caseOf('keras2', 'lstm');
const tfjs = converted(bytesOf('keras2', lstm));
const modelJson = strToU8(JSON.stringify(tfjs.model));

const KERAS = {
  '.h5': bytesOf('keras2', lstm),
  '.h5 in chunks': bytesOf('keras-old', caseOf('keras-old', 'packed_lstm')),
  '.keras': bytesOf('keras3', caseOf('keras3', 'lstm')),
  '.keras with npz': new Uint8Array(gunzipSync(Buffer.from(npz.file, 'base64'))),
};
type Read = (limits?: Limits) => unknown;
const READERS: [string, Read][] = [
  ...Object.entries(KERAS).map(([name, bytes]): [string, Read] => [
    name,
    (limits) => (limits ? fromKeras(bytes, { limits }) : fromKeras(bytes)),
  ]),
  ['tfjs', (limits) => (limits ? fromTfjs(modelJson, [tfjs.shard], { limits }) : fromTfjs(modelJson, [tfjs.shard]))],
];

describe.each(READERS)('%s', (_, read) => {
  it('is the same model whatever is allowed', () => {
    expect(read({ bytes: Number.POSITIVE_INFINITY, nodes: 1000 })).toEqual(read());
  });
  it.each(['bytes', 'operations', 'nodes', 'characters'] as const)(
    '%s: as many as it takes, and not one less',
    (kind) => {
      let [least, most] = [0, 2 ** 27];
      while (least < most) {
        const middle = Math.floor((least + most) / 2);
        if (refusal(() => read({ [kind]: middle })) === 'nothing was thrown') most = middle;
        else least = middle + 1;
      }
      expect(least).toBeGreaterThan(0);
      expect(refusal(() => read({ [kind]: least - 1 }))).toMatch(
        new RegExp(
          `: too many ${kind} for a file of \\d+ bytes; expected at most ${least - 1} in all; limits\\.${kind} `,
        ),
      );
      // What reads the whole file takes less than any file may.
      const floors = { bytes: 2 ** 26, operations: 2 ** 27, nodes: 2 ** 18, characters: 2 ** 25 };
      expect(least).toBeLessThan(floors[kind] / 8);
    },
  );
});

describe('through load', () => {
  it.each(Object.entries(KERAS))('%s', async (_, bytes) => {
    expect((await load(bytes, { limits: { nodes: 100 } })).spec).toEqual(fromKeras(bytes));
    await expect(load(bytes, { limits: { bytes: 1000 } })).rejects.toThrow(ImportError);
    await expect(load(bytes, { limits: { bytes: 1000 } })).rejects.toThrow('too many bytes');
  });
  it('tfjs', async () => {
    const files = { 'model.json': modelJson, 'a.bin': tfjs.shard };
    expect((await load(files, { limits: { nodes: 100 } })).spec).toEqual(fromTfjs(modelJson, [tfjs.shard]));
    await expect(load(files, { limits: { nodes: 0 } })).rejects.toThrow(/too many nodes for a file of/);
  });
});

it('other options are refused', () => {
  for (const read of [fromKeras, readKeras] as ((...all: unknown[]) => unknown)[]) {
    expect(refusal(() => read(KERAS['.h5'], { limit: 1 }))).toBe(
      'options: unknown field; expected architecture, layers, inputShape, kerasVersion, name, limits, got "limit"',
    );
    expect(refusal(() => read(KERAS['.h5'], { limits: { nodes: '1' } }))).toMatch('options.limits: not usable');
    expect(refusal(() => read(KERAS['.h5'], 3))).toBe('nothing was thrown');
  }
  const read = readTfjs as (...all: unknown[]) => unknown;
  expect(refusal(() => read(modelJson, [tfjs.shard], { limit: 1 }))).toBe(
    'options: unknown field; expected limits, got "limit"',
  );
});
