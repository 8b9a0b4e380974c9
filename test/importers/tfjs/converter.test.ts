import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTfjs } from '../../../src/importers/tfjs/index.js';
import { createModel } from '../../../src/index.js';
import { drawn, expectClose, floats } from '../support.js';

// Models that the tensorflowjs converter wrote from Keras 2 and Keras 3, plain and quantised, with what Keras computes.

interface Case {
  readonly name: string;
  readonly model: object;
  readonly shards: Record<string, string>;
  readonly seed: number;
  readonly shape: number[];
  readonly output: { shape: number[]; data: string };
}
const cases: Case[] = JSON.parse(
  readFileSync(new URL('../../golden/tfjs-files/converted.json', import.meta.url), 'utf8'),
);

describe('models of the tensorflowjs converter', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const files = Object.entries(one.shards).map(([path, text]) => [path, new Uint8Array(Buffer.from(text, 'base64'))]);
    const { spec, report } = readTfjs(new TextEncoder().encode(JSON.stringify(one.model)), Object.fromEntries(files));
    expect(report.format).toMatch(/^TensorFlow\.js layers model of Keras [23]\.\d+\.\d+, by keras v[23]\./);
    const model = await createModel(spec);
    const [y] = Object.values(model.runNamed({ [spec.inputs[0]?.name as string]: drawn(one) }));
    expect(y?.shape).toEqual(one.output.shape);
    expectClose(y?.data as Float32Array, floats(one.output.data));
    model.dispose();
  });

  it('of both versions, in several shards, and quantised in all three ways', () => {
    const names = cases.map(({ name }) => name);
    for (const version of ['keras2', 'keras3'])
      for (const kind of ['uint8', 'uint16', 'float16']) expect(names).toContain(`${version}_stack_${kind}`);
    expect(cases.some(({ shards }) => Object.keys(shards).length === 3)).toBe(true);
  });
});
