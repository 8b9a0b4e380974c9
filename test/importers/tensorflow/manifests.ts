import { readFileSync } from 'node:fs';
import type { TensorFlowConfig } from '../../../src/importers/tensorflow/index.js';

/** Weights without a topology as browsers have them, with what TensorFlow's cells compute. */
export interface ManifestCase {
  readonly name: string;
  readonly config: TensorFlowConfig;
  readonly manifest: unknown;
  readonly files: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly shape: number[];
  /** The input is token ids below this. */
  readonly tokens?: number;
  readonly output: { readonly shape: number[]; readonly data: string };
}
/** A decoder in sketch-rnn's own JSON. */
export type SketchCase = Omit<ManifestCase, 'config' | 'manifest' | 'files'> & {
  readonly sketch: readonly [info: object, shapes: number[][], arrays: string[]];
};

const all: (ManifestCase | SketchCase)[] = JSON.parse(
  readFileSync(new URL('../../golden/tensorflow-files/manifests.json', import.meta.url), 'utf8'),
);
export const manifests = all.filter((one): one is ManifestCase => 'manifest' in one);
export const sketch = all.find((one): one is SketchCase => 'sketch' in one) as SketchCase;

const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
export const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

export const filesOf = ({ manifest, files }: ManifestCase) => ({
  manifest: json(manifest),
  shards: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, base64(text)])),
});
