import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Hdf5 } from '../../src/importers/keras/hdf5.js';
import { fromTfjs } from '../../src/importers/tfjs/index.js';
import { createModel } from '../../src/index.js';
import { drawn, expectClose, floats, refusal } from './support.js';

// The converter from Keras copies the config and the arrays of an .h5 file: model.json in the words of Keras 3 or 2, with their meaning.

interface Case {
  readonly name: string;
  readonly format: string;
  readonly at: number;
  readonly bytes: number;
  readonly inputs: { shape: number[]; seed: number; below?: number; pads?: unknown }[];
  readonly outputs: { shape: number[]; data: string }[];
}
const golden = (name: string): Buffer => readFileSync(new URL(`../golden/keras-files/${name}`, import.meta.url));

/** What the converter makes of a file. */
function converted(bytes: Uint8Array): { model: object; shard: Uint8Array } {
  const file = new Hdf5(bytes, 'file');
  const weights: object[] = [];
  const data: number[] = [];
  for (const layer of file.names('model_weights', 'layer_names')) {
    for (const name of file.names(`model_weights/${layer}`, 'weight_names')) {
      const { shape, data: numbers } = file.read(`model_weights/${layer}/${name}`);
      weights.push({ name: name.replace(/:0$/, ''), shape, dtype: 'float32' });
      data.push(...numbers);
    }
  }
  const modelTopology = {
    keras_version: file.attribute('', 'keras_version'),
    backend: 'tensorflow',
    model_config: JSON.parse(String(file.attribute('', 'model_config'))),
  };
  const model = {
    format: 'layers-model',
    generatedBy: 'keras',
    modelTopology,
    weightsManifest: [{ paths: ['a.bin'], weights }],
  };
  return { model, shard: new Uint8Array(Float32Array.from(data).buffer) };
}

describe.each(['keras3', 'keras2'])('models of %s, converted', (version) => {
  const blob = golden(`${version}.bin`);
  const plain = (JSON.parse(golden(`${version}.json`).toString()) as Case[]).filter(
    ({ format, inputs }) =>
      format === 'h5' && inputs.every(({ below, pads }) => below === undefined && pads === undefined),
  );

  it('are many', () => {
    expect(plain.length).toBeGreaterThan(50);
  });

  // Its arrays are called mean, variance and count, with no layer in front; TensorFlow.js has no such layer either.
  const nameless = (name: string): boolean => name === 'normalization_adapted';

  it('arrays whose layer cannot be told are refused', () => {
    for (const one of plain.filter(({ name }) => nameless(name))) {
      const { model, shard } = converted(gunzipSync(blob.subarray(one.at, one.at + one.bytes)));
      const read = () => fromTfjs(new TextEncoder().encode(JSON.stringify(model)), [shard]);
      expect(refusal(read)).toMatch(/wrong number of weights|weights of no layer/);
    }
  });

  const told = plain.filter(({ name }) => !nameless(name));
  it.each(told.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const { model: json, shard } = converted(gunzipSync(blob.subarray(one.at, one.at + one.bytes)));
    const spec = fromTfjs(new TextEncoder().encode(JSON.stringify(json)), [shard]);
    const model = await createModel(spec);
    const fed = spec.inputs.map(({ name }, index) => [name, drawn(one.inputs[index] as Case['inputs'][0])]);
    const got = model.runNamed(Object.fromEntries(fed));
    spec.outputs.forEach((name, index) => {
      expectClose(got[name]?.data as Float32Array, floats(one.outputs[index]?.data as string));
    });
    model.dispose();
  });
});
