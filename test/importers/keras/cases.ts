import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { Hdf5 } from '../../../src/importers/keras/files/hdf5.js';
import { fromKeras } from '../../../src/importers/keras/index.js';
import { fromTfjs } from '../../../src/importers/tfjs/index.js';
import type { ModelSpec } from '../../../src/index.js';
import { createModel } from '../../../src/index.js';
import { below, uniform } from '../../golden/prng.js';

/** Files that Keras wrote (`test/golden/generate_keras_*.py`), with what Keras computed. */
export const FILES = [
  'keras3',
  'keras2',
  'keras-old',
  'keras3-options',
  'keras2-options',
  'keras3-masks',
  'keras2-masks',
  'keras3-operations',
  'keras2-operations',
  'keras3-attention',
  'keras2-attention',
  'keras3.9-attention',
] as const;
/** Files that are deflated as a whole. */
const WHOLE = [
  'keras-versions',
  'keras3-planes',
  'keras3-volumes',
  'keras2-volumes',
  'keras3-first',
  'keras3-attention-drawn',
  'keras3.9-attention-drawn',
] as const;
export type FileName = (typeof FILES)[number] | (typeof WHOLE)[number];

export interface Fed {
  /** The input's name, where the generator kept it; else inputs are fed in order. */
  readonly name?: string;
  readonly shape: number[];
  readonly seed: number;
  readonly below?: number;
  /** Rows whose timesteps from … to are `pad`, or zeros. */
  readonly pads?: [row: number, from: number, to: number][];
  readonly pad?: number;
}
export interface Case {
  readonly name: string;
  readonly format: string;
  readonly at: number;
  readonly bytes: number;
  readonly inputs: Fed[];
  readonly outputs: { shape: number[]; data: string }[];
}

interface Golden {
  readonly cases: Case[];
  readonly bytes: (one: Case) => Uint8Array;
}
const golden = (name: string): Buffer => readFileSync(new URL(`../../golden/keras-files/${name}`, import.meta.url));
const known = new Map<FileName, Golden>();
function read(name: FileName): Golden {
  const blob = golden(`${name}.bin`);
  // Files that are much alike are deflated as a whole; others each by itself.
  if (WHOLE.includes(name as (typeof WHOLE)[number])) {
    const all = gunzipSync(blob);
    return {
      cases: JSON.parse(gunzipSync(golden(`${name}.json.gz`)).toString()),
      bytes: ({ at, bytes }) => new Uint8Array(all.subarray(at, at + bytes)),
    };
  }
  return {
    cases: JSON.parse(golden(`${name}.json`).toString()),
    bytes: ({ at, bytes }) => new Uint8Array(gunzipSync(blob.subarray(at, at + bytes))),
  };
}
function opened(name: FileName): Golden {
  const found = known.get(name) ?? read(name);
  known.set(name, found);
  return found;
}

export const casesOf = (name: FileName): Case[] => opened(name).cases;
export const bytesOf = (name: FileName, one: Case): Uint8Array => opened(name).bytes(one);
export function caseOf(file: FileName, name: string): Case {
  const found = casesOf(file).find((one) => one.name === name);
  if (!found) throw new Error(`no case ${name} in ${file}`);
  return found;
}

function feed({ shape, seed, below: limit, pads = [], pad = 0 }: Fed) {
  const count = shape.reduce((product, n) => product * n, 1);
  if (limit !== undefined) return { shape, data: below(seed, count, limit) };
  const data = uniform(seed, count, 1);
  const [, time, features] = shape as [number, number, number];
  for (const [row, from, to] of pads) data.fill(pad, (row * time + from) * features, (row * time + to) * features);
  return { shape, data };
}

/** What the engine makes of the case's inputs, by the outputs in order. */
export async function outputsOf(
  spec: ModelSpec,
  { inputs }: Case,
  build?: Parameters<typeof createModel>[1],
): Promise<{ shape: readonly number[]; data: Float32Array }[]> {
  const model = await createModel(spec, build);
  const fed = spec.inputs.map(({ name }, index) => [
    name,
    feed((inputs.find((input) => input.name === name) ?? inputs[index]) as Fed),
  ]);
  const got = model.runNamed(Object.fromEntries(fed));
  const outputs = spec.outputs.map((name) => {
    const { shape, data } = got[name] as { shape: readonly number[]; data: Float32Array };
    return { shape: [...shape], data: data.slice() };
  });
  model.dispose();
  return outputs;
}

/** What the tensorflowjs converter makes of an `.h5` file: the same config, and the arrays one after another. */
export function converted(bytes: Uint8Array): {
  model: { modelTopology: { model_config: unknown } };
  shard: Uint8Array;
} {
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

export type Json = Record<string, unknown>;
export interface LayerJson {
  class_name: string;
  config: Json;
  module?: string;
  registered_name?: string | null;
  inbound_nodes?: unknown;
  name?: string;
}
export interface ModelJson {
  class_name: string;
  config: Json & { layers: LayerJson[] };
}

/** The spec of a golden file whose config is changed before it is read. */
export function readChanged(name: FileName, one: Case, change: (model: ModelJson) => void): ModelSpec {
  const bytes = bytesOf(name, one);
  if (one.format === 'h5') {
    const { model, shard } = converted(bytes);
    change(model.modelTopology.model_config as ModelJson);
    return fromTfjs(strToU8(JSON.stringify(model)), [shard]);
  }
  const entries = unzipSync(bytes);
  const config = JSON.parse(strFromU8(entries['config.json'] as Uint8Array)) as ModelJson;
  change(config);
  return fromKeras(zipSync({ ...entries, 'config.json': strToU8(JSON.stringify(config)) }));
}
