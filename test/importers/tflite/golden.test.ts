import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fromTflite } from '../../../src/importers/tflite/index.js';
import { createModel } from '../../../src/index.js';
import { largestDifference } from '../../support/bits.js';
import { builds } from '../../support/builds.js';

interface Value {
  readonly name: string;
  readonly dims: number[];
  readonly data: number[];
}
interface Case {
  readonly name: string;
  readonly how: 'float' | 'float16' | 'dynamic' | 'int8';
  readonly model: string;
  readonly runs: readonly { readonly inputs: readonly Value[]; readonly outputs: readonly Value[] }[];
}

const cases = (flavour: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../../golden/tflite-files/${flavour}.json`, import.meta.url), 'utf8'));

const bytesOf = (model: string): Uint8Array => new Uint8Array(gunzipSync(Buffer.from(model, 'base64')));
const given = (inputs: readonly Value[]) =>
  Object.fromEntries(inputs.map(({ name, dims, data }) => [name, { data: Float32Array.from(data), shape: dims }]));

/**
 * Float: the order of sums. float16 weights are what they are. dynamic: LiteRT rounds what 8-bit weights are multiplied by to 8 bits, this does
 * not. int8: of the last integer one step, and where recurrent layers stand before it as many as their gates' rounding to 16 and 8 bits adds up to.
 */
const BOUNDS: Readonly<Record<Case['how'], number>> = { float: 1e-5, float16: 1e-5, dynamic: 0.03, int8: 2 };

describe.each(['keras2', 'keras3'])('TensorFlow Lite files, as LiteRT computes them: %s', (flavour) => {
  describe.each(builds)('%s', (build) => {
    it.each(cases(flavour).map((one) => [one.name, one] as const))('%s', async (_, { model, runs, how }) => {
      const made = await createModel(fromTflite(bytesOf(model), { states: [] }), { build });
      for (const { inputs, outputs } of runs) {
        const results = made.runNamed(given(inputs));
        expect(made.outputs).toHaveLength(outputs.length);
        for (const { name, dims, data } of outputs) {
          expect(results[name]?.shape).toEqual(dims);
          expect(largestDifference(results[name]?.data as Float32Array, data)).toBeLessThanOrEqual(BOUNDS[how]);
        }
      }
    });
  });
});
