import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fromPyTorch, type PyTorchConfig } from '../../../src/importers/pytorch/index.js';
import { createModel } from '../../../src/index.js';
import { uniform } from '../../golden/prng.js';
import { expectNear, expectSameBits } from '../../support/bits.js';
import { builds } from '../../support/builds.js';

/** A state dict of a package's layer, and what the package computed of seeded numbers. */
export interface Case {
  readonly name: string;
  readonly file: string;
  readonly config: PyTorchConfig;
  readonly input: { readonly shape: readonly [batch: number, time: number, features: number]; readonly seed: number };
  readonly output: { readonly shape: readonly number[]; readonly data: string };
}

/** Cases of `<name>.json.gz`. */
export function casesOf(name: string): readonly Case[] {
  const path = new URL(`../../golden/pytorch-files/${name}.json.gz`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(path)).toString());
}

export const bytesOf = ({ file }: Case): Buffer => Buffer.from(file, 'base64');
export const numbersOf = ({ input: { seed, shape } }: Case): Float32Array =>
  uniform(seed, shape[0] * shape[1] * shape[2], 1);
export const expected = ({ output }: Case): Float32Array =>
  new Float32Array(new Uint8Array(Buffer.from(output.data, 'base64')).buffer);

/** Holds cases to what the package computed, whole, and step by step those that stream. */
export function holdCases(cases: readonly Case[], streams: (one: Case) => boolean): void {
  describe.each(builds)('as their packages compute them, %s', (build) => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
      const model = await createModel(fromPyTorch(bytesOf(one), one.config), { build });
      const data = numbersOf(one);
      const [got] = Object.values(model.runNamed({ input: { data, shape: one.input.shape } }));
      expect(got?.shape).toEqual(one.output.shape);
      // Float32 on both sides; some run through logarithms there.
      expectNear(got?.data, expected(one), 5e-6, one.name, { relative: true });
      if (streams(one)) {
        const [, time, width] = one.input.shape;
        const first = data.subarray(0, time * width);
        const stream = model.createStream();
        const step = (t: number): number[] => [...stream.step(first.subarray(t * width, (t + 1) * width))];
        expectSameBits(Array.from({ length: time }, (_, t) => step(t)).flat(), model.run(first));
      }
      model.dispose();
    });
  });
}
