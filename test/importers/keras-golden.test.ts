import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fromKeras, readKeras } from '../../src/importers/keras/index.js';
import { createModel } from '../../src/index.js';
import { below, uniform } from '../golden/prng.js';
import { builds } from '../support/builds.js';

// Files that Keras wrote (`test/golden/generate_keras_files.py`), with what Keras computed.

interface Fed {
  readonly shape: number[];
  readonly seed: number;
  readonly below?: number;
  /** Rows whose timesteps from … to are zeros. */
  readonly pads?: [row: number, from: number, to: number][];
}
interface Case {
  readonly name: string;
  readonly format: string;
  readonly at: number;
  readonly bytes: number;
  readonly inputs: Fed[];
  readonly outputs: { shape: number[]; data: string }[];
}

function feed({ shape, seed, below: limit, pads = [] }: Fed) {
  const count = shape.reduce((product, n) => product * n, 1);
  if (limit !== undefined) return { shape, data: below(seed, count, limit) };
  const data = uniform(seed, count, 1);
  const [, time, features] = shape as [number, number, number];
  for (const [row, from, to] of pads) data.fill(0, (row * time + from) * features, (row * time + to) * features);
  return { shape, data };
}

const folder = new URL('../golden/keras-files/', import.meta.url);
const VERSIONS = ['keras3', 'keras2', 'keras-old'].map((version) => {
  const cases: Case[] = JSON.parse(readFileSync(new URL(`${version}.json`, folder), 'utf8'));
  const blob = readFileSync(new URL(`${version}.bin`, folder));
  return { version, cases, file: ({ at, bytes }: Case): Uint8Array => gunzipSync(blob.subarray(at, at + bytes)) };
});

describe.each(VERSIONS)('files of $version', ({ cases, file }) => {
  it.each(cases.map((one) => [`${one.name} (.${one.format})`, one] as const))('%s', async (_, one) => {
    const { spec, report } = readKeras(file(one));
    for (const build of builds) {
      const model = await createModel(spec, { build });
      const got = model.runNamed(
        Object.fromEntries(spec.inputs.map(({ name }, index) => [name, feed(one.inputs[index] as Fed)])),
      );
      expect(spec.outputs).toHaveLength(one.outputs.length);
      spec.outputs.forEach((name, index) => {
        const { shape, data } = one.outputs[index] as Case['outputs'][0];
        const bytes = Buffer.from(data, 'base64');
        const wanted = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
        expect(got[name]?.shape).toEqual(shape);
        got[name]?.data.forEach((value, i) => {
          const error = Math.abs(value - (wanted[i] as number)) / Math.max(1, Math.abs(wanted[i] as number));
          expect(error, `${name}[${i}]: ${value}, Keras ${wanted[i]}`).toBeLessThan(1e-5);
        });
      });
      model.dispose();
    }
    // Every tensor of the spec came out of the file, and is accounted for.
    expect(new Set(report.tensors.map(({ becomes }) => becomes))).toEqual(new Set(Object.keys(spec.tensors)));
  });
});

it('one reading is as good as another', () => {
  const { cases, file } = VERSIONS[0] as (typeof VERSIONS)[0];
  const one = cases[0] as Case;
  expect(fromKeras(file(one))).toEqual(readKeras(file(one)).spec);
});
