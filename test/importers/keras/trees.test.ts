import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readKeras } from '../../../src/importers/keras/index.js';
import { createModel } from '../../../src/index.js';
import { drawn, expectClose, floats } from '../support.js';

// `.keras` files of Keras 2.12 to 2.14, whose weights lie under `_layer_checkpoint_dependencies`; on Windows, each layer's path is
// one name with backslashes.

interface Case {
  readonly name: string;
  readonly by: string;
  readonly file: string;
  readonly input: { shape: number[]; seed: number };
  readonly output: { shape: number[]; data: string };
}
const cases: Case[] = JSON.parse(
  readFileSync(new URL('../../golden/keras-files/keras-trees.json', import.meta.url), 'utf8'),
);

describe('weights under _layer_checkpoint_dependencies', () => {
  it.each(cases.map((one) => [`${one.name}, by Keras ${one.by}`, one] as const))('%s', async (_, one) => {
    const { spec, report } = readKeras(new Uint8Array(gunzipSync(Buffer.from(one.file, 'base64'))));
    expect(report.format).toBe(`Keras ${one.by}, .keras`);
    expect(report.tensors[0]?.tensor).toMatch(/^_layer_checkpoint_dependencies\/.*vars\/\d$/);
    const model = await createModel(spec);
    const [y] = Object.values(model.runNamed({ [spec.inputs[0]?.name as string]: drawn(one.input) }));
    expect(y?.shape).toEqual(one.output.shape);
    expectClose(y?.data as Float32Array, floats(one.output.data));
    model.dispose();
  });

  it('by each version that did so, on both kinds of systems', () => {
    expect([...new Set(cases.map(({ by, name }) => `${by.slice(0, 4)} ${name.split(', ')[1]}`))].sort()).toEqual(
      ['2.12', '2.13', '2.14'].flatMap((version) => [`${version} posix`, `${version} windows`]),
    );
  });
});
