import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { PyTorchConfig } from '../../../src/importers/pytorch/index.js';
import { createModel, type ModelSpec } from '../../../src/index.js';
import { largestDifference } from '../../support/bits.js';
import { randomFloats } from '../../support/random.js';

interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A file as `test/golden/pytorch_case.py` keeps it, with what PyTorch computed. */
export interface Case {
  readonly name: string;
  /** Its version. */
  readonly torch: string;
  readonly file: string;
  readonly config: PyTorchConfig;
  readonly input: Values;
  readonly output: Values;
}

/** Cases of a file, by their names. */
export function casesOf<C extends Case>(file: string): [name: string, one: C][] {
  const text = readFileSync(new URL(`../../golden/pytorch-files/${file}`, import.meta.url), 'utf8');
  return (JSON.parse(text) as C[]).map((one) => [one.name, one]);
}

export const bytesOf = ({ file }: Case): Uint8Array => new Uint8Array(gunzipSync(Buffer.from(file, 'base64')));

/** How far a model is from what PyTorch computed, at most. */
export async function difference(spec: ModelSpec, { input, output }: Case): Promise<number> {
  const model = await createModel(spec);
  const data = (spec.inputs[0]?.dtype === 'int32' ? Int32Array : Float32Array).from(input.data);
  const results = model.runNamed({ input: { data, shape: input.shape } } as never);
  model.dispose();
  const [got] = Object.values(results) as unknown as [Values];
  expect(got.shape).toEqual(output.shape);
  return largestDifference(got.data, output.data);
}

/** A tensor of seeded numbers. */
export const drawn = (seed: number, ...shape: number[]) => ({
  shape,
  data: randomFloats(
    shape.reduce((product, n) => product * n, 1),
    seed,
  ),
});
