import { strToU8 } from 'fflate';
import { fromTfjs } from '../../../src/importers/tfjs/index.js';
import type { ModelSpec } from '../../../src/index.js';
import { randomFloats } from '../../support/random.js';
import type { Json } from './cases.js';

// Small models that compute something, as their config and weights' shapes say. Keras and TensorFlow.js share one mapping of layers,
// so a `model.json` stands for both.

export interface Described {
  readonly className: string;
  readonly config?: Json;
  readonly weights?: readonly (readonly number[])[];
}

/** A Sequential of these layers over an input of this shape, with random weights that depend on their place alone. */
export function randomModel(
  shape: readonly (number | null)[],
  layers: readonly Described[],
  { version = '3.9.0', weights = undefined as Float32Array | undefined } = {},
): ModelSpec {
  const named = layers.map((layer, index) => ({ ...layer, name: `layer${index}` }));
  const manifest = named.flatMap(({ name, weights = [] }) =>
    weights.map((shape, index) => ({ name: `${name}/${index}`, shape, dtype: 'float32' })),
  );
  const count = manifest.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const data = weights ?? randomFloats(count, 7).map((value) => Math.abs(value) + 0.01);
  const input = { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, ...shape] } };
  const config = {
    name: 'm',
    layers: [
      input,
      ...named.map(({ className, name, config }) => ({ class_name: className, name, config: { name, ...config } })),
    ],
  };
  const file = {
    format: 'layers-model',
    modelTopology: { keras_version: version, model_config: { class_name: 'Sequential', config } },
    weightsManifest: [{ paths: ['a'], weights: manifest }],
  };
  return fromTfjs(strToU8(JSON.stringify(file)), [new Uint8Array(data.slice(0, count).buffer)]);
}
