import { readFileSync } from 'node:fs';
import { create } from '@bufbuild/protobuf';
import type { LoadOptions } from '../../../src/importers/load/index.js';
import { node, model as onnx } from '../onnx/build.js';
import { StringStringEntrySchema, TensorSchema } from '../onnx/proto/onnx_pb.js';

// Models of several files: which one describes it, and those beside it by their path.

export interface Several {
  readonly format: string;
  readonly main: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly options: LoadOptions;
}

const json = (path: string) => JSON.parse(readFileSync(new URL(`../../golden/${path}`, import.meta.url), 'utf8'));
const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const numbers = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

/** y = a·x + b of two features, whose a and b are where it is said. */
export function externalOnnx(a: string, b: string): Uint8Array {
  const at = (location: string) =>
    create(TensorSchema, {
      dims: [2n],
      dataType: 1,
      dataLocation: 1,
      externalData: [create(StringStringEntrySchema, { key: 'location', value: location })],
    });
  return onnx({
    nodes: [node('Mul', 'X a', 'm'), node('Add', 'm b')],
    inputs: { X: { dims: ['batch', 'time', 2] } },
    init: { a: at(a), b: at(b) },
  });
}

const [checkpoint] = json('tensorflow-files/checkpoints.json');
const [tfjs] = json('tfjs-files/models.json');
const shards: string[] = tfjs.model.weightsManifest.flatMap(({ paths }: { paths: string[] }) => paths);

export const several: readonly Several[] = [
  {
    format: 'ONNX',
    main: 'my model.onnx',
    files: {
      'my model.onnx': externalOnnx('./weights #1.bin', 'deep/er/b%2e.bin'),
      'weights #1.bin': numbers(2, 3),
      'deep/er/b%2e.bin': numbers(10, 20),
    },
    options: {},
  },
  {
    format: 'TensorFlow.js',
    main: 'model.json',
    files: {
      'model.json': new TextEncoder().encode(JSON.stringify(tfjs.model)),
      ...Object.fromEntries(shards.map((path, i) => [path, base64(tfjs.shards[i])])),
    },
    options: {},
  },
  {
    format: 'TensorFlow',
    main: 'model.ckpt.index',
    files: {
      'model.ckpt.index': base64(checkpoint.index),
      'model.ckpt.data-00000-of-00001': base64(checkpoint.data),
    },
    options: { tensorflow: checkpoint.config },
  },
];
