import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { KerasLayer, KerasOptions, KerasVariables } from '../../../src/importers/keras/index.js';
import { readBundle } from '../../../src/importers/tensorflow/index.js';

/** Weights without a model, as Keras saved them, with what the model computes. */
export interface WeightCase {
  readonly name: string;
  readonly form: 'weights.h5' | 'h5' | 'checkpoint';
  readonly version: string;
  readonly architecture: Readonly<Record<string, unknown>>;
  /** `null` where only the model's own JSON says it. */
  readonly layers: readonly KerasLayer[] | null;
  readonly files: readonly string[];
  readonly seed: number;
  readonly shape: number[];
  readonly tokens?: number;
  readonly output: { readonly shape: number[]; readonly data: string };
}

export const weightCases: readonly WeightCase[] = ['keras3', 'keras2'].flatMap((flavour) =>
  JSON.parse(
    gunzipSync(
      readFileSync(new URL(`../../golden/keras-files/${flavour}-weights.json.gz`, import.meta.url)),
    ).toString(),
  ),
);

export const filesOf = ({ files }: WeightCase): Uint8Array[] =>
  files.map((text) => new Uint8Array(gunzipSync(Buffer.from(text, 'base64'))));

export function sourceOf(one: WeightCase): Uint8Array | KerasVariables {
  const [first, ...data] = filesOf(one) as [Uint8Array, ...Uint8Array[]];
  return one.form === 'checkpoint' ? readBundle(first, data) : first;
}

/** The options by its own JSON, and those by its layers, named as this file names them. */
export const byArchitecture = ({ architecture, version }: WeightCase): KerasOptions => ({
  architecture,
  kerasVersion: version,
});
export function byLayers({ architecture, layers, version, tokens, form }: WeightCase): KerasOptions {
  const { config } = architecture as { config: { layers: { class_name: string; config: { name: string } }[] } };
  const names = config.layers.filter(({ class_name: kind }) => kind !== 'InputLayer').map((layer) => layer.config.name);
  // Only there layers go by their names.
  const named = (layers ?? []).map((layer, k) => (form === 'h5' ? { ...layer, name: names[k] as string } : layer));
  return { layers: named, inputShape: tokens === undefined ? [null, 3] : [null], kerasVersion: version };
}
