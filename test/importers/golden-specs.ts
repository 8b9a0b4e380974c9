import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { KerasOptions } from '../../src/importers/keras/index.js';
import { fromKeras } from '../../src/importers/keras/index.js';
import { fromOnnx } from '../../src/importers/onnx/index.js';
import { fromPyTorch, type PyTorchConfig } from '../../src/importers/pytorch/index.js';
import { fromRNNoise } from '../../src/importers/rnnoise/index.js';
import { fromSketchRnn, fromTensorFlow } from '../../src/importers/tensorflow/index.js';
import { fromTfGraph } from '../../src/importers/tfgraph/index.js';
import { fromTflite } from '../../src/importers/tflite/index.js';
import type { ModelSpec } from '../../src/index.js';
import { byArchitecture, sourceOf, weightCases } from './keras/weight-files.js';
import { filesOf, json, manifests, sketch } from './tensorflow/manifests.js';
import { casesOf, FLAVOURS } from './tfgraph/cases.js';

/** A golden file's model. */
export interface GoldenSpec {
  readonly name: string;
  /** @throws {ImportError} a file that is to be refused. */
  readonly read: () => ModelSpec;
}

interface Kept {
  readonly name: string;
  readonly model: string;
  readonly file: string;
  readonly config: PyTorchConfig;
  readonly options: object;
}

const golden = (path: string): Uint8Array => readFileSync(new URL(`../golden/${path}`, import.meta.url));
function list(path: string): readonly Kept[] {
  const bytes = golden(path);
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : Buffer.from(bytes)).toString());
}
/** Some are compressed. */
function bytesOf(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  return new Uint8Array(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes);
}

const PYTORCH =
  'export-2.1.json export-2.15.json export-2.6.json export-2.8.json packages.json.gz quantised-1.13.json quantised-2.15.json scan.json.gz script-1.13.json script-1.3.json script-2.15.json wrapped.json'.split(
    ' ',
  );
const ONNX =
  'attention-additive.json attention-drawn.json.gz attention.json loops.json over-time-drawn.json.gz over-time.json quantised.json stateful-drawn.json.gz stateful.json states.json times.json'.split(
    ' ',
  );
const TFLITE = ['keras2.json', 'keras3.json', 'fused.json', 'variables.json'];

/** Golden files whose importers do more than rename, by the room that they are of. */
export const GOLDEN_SPECS: Readonly<Record<string, () => GoldenSpec[]>> = {
  PyTorch: () =>
    PYTORCH.flatMap((path) =>
      list(`pytorch-files/${path}`).map(({ name, file, config }) => ({
        name: `${path} ${name}`,
        read: () => fromPyTorch(bytesOf(file), config),
      })),
    ),
  ONNX: () =>
    ONNX.flatMap((path) =>
      list(`onnx-files/${path}`).map(({ name, model, options }) => ({
        name: `${path} ${name}`,
        read: () => fromOnnx(bytesOf(model), options),
      })),
    ),
  'TensorFlow Lite': () =>
    TFLITE.flatMap((path) =>
      list(`tflite-files/${path}`).map(({ name, model }) => ({
        name: `${path} ${name}`,
        read: () => fromTflite(bytesOf(model)),
      })),
    ),
  'TensorFlow graphs': () =>
    FLAVOURS.flatMap((flavour) =>
      casesOf(flavour).map(({ name, model, files }) => ({
        name: `${flavour} ${name}`,
        read: () => fromTfGraph(model, { files }),
      })),
    ),
  RNNoise: () =>
    ['blob.json', 'text.json'].flatMap((path) =>
      list(`rnnoise-files/${path}`).map(({ name, file }) => ({
        name: `${path} ${name}`,
        read: () => fromRNNoise(bytesOf(file)),
      })),
    ),
  'TensorFlow manifests': () => [
    ...manifests.map((one) => ({ name: one.name, read: () => fromTensorFlow(filesOf(one), one.config) })),
    { name: 'sketch-rnn', read: () => fromSketchRnn(json(sketch.sketch)) },
  ],
  'Keras weights': () =>
    weightCases.map((one) => ({
      name: `${one.version} ${one.name}`,
      read: () => fromKeras(sourceOf(one), byArchitecture(one) as KerasOptions),
    })),
};
