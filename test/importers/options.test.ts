import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { fromKeras } from '../../src/importers/keras/index.js';
import { load } from '../../src/importers/load/index.js';
import { fromNam } from '../../src/importers/nam/index.js';
import { fromOnnx } from '../../src/importers/onnx/index.js';
import { fromPyTorch } from '../../src/importers/pytorch/index.js';
import { fromRNNoise } from '../../src/importers/rnnoise/index.js';
import { fromRTNeural } from '../../src/importers/rtneural/index.js';
import {
  fromSafetensors,
  readSafetensors,
  toSafetensors,
  writeSafetensors,
} from '../../src/importers/safetensors/index.js';
import { fromSketchRnn, fromTensorFlow, readNpz } from '../../src/importers/tensorflow/index.js';
import { fromTfGraph } from '../../src/importers/tfgraph/index.js';
import { fromTfjs } from '../../src/importers/tfjs/index.js';
import { fromTflite } from '../../src/importers/tflite/index.js';
import { GatewiseError, type ModelSpec } from '../../src/index.js';
import { quantize } from '../../src/quantize/index.js';
import { check } from '../slow/children/run-model.js';
import { stack } from '../support/random.js';
import { seeds } from './corpus.js';
import { NAMES } from './renamed-files.js';

// What callers give importers may have any name: options, limits, names of inputs, files and tensors, texts of a config.

const ALL = seeds();
const bytesOf = (name: string): Uint8Array =>
  (ALL.find((seed) => seed.name.startsWith(name)) as (typeof ALL)[number]).bytes;
const one = (key: string, value: unknown): object =>
  Object.defineProperty({}, key, { value, enumerable: true, configurable: true, writable: true });

/** The importers that take options, with a file that each reads. */
const IMPORTERS: readonly [name: string, read: (options: never) => unknown][] = [
  ['fromOnnx', (options) => fromOnnx(bytesOf('ONNX embedding'), options)],
  ['fromKeras', (options) => fromKeras(bytesOf('Keras lstm.keras'), options)],
  ['fromTfjs', (options) => fromTfjs(bytesOf('tfjs'), [], options)],
  ['fromTfGraph', (options) => fromTfGraph(bytesOf('TensorFlow graph frozen'), options)],
  ['fromTflite', (options) => fromTflite(bytesOf('TensorFlow Lite'), options)],
  ['fromNam', (options) => fromNam(bytesOf('.nam'), options)],
  ['fromRNNoise', (options) => fromRNNoise(bytesOf('RNNoise text'), options)],
  ['fromRTNeural', (options) => fromRTNeural(bytesOf('RTNeural Keras'), options)],
  ['fromPyTorch', (options) => fromPyTorch(bytesOf('PyTorch proven-lstm-fc.pt'), options)],
  ['fromTensorFlow', (options) => fromTensorFlow({ npz: bytesOf('.npz') }, options)],
  ['fromSketchRnn', (options) => fromSketchRnn(bytesOf('sketch-rnn'), options)],
  ['readNpz', (options) => readNpz(bytesOf('.npz'), options)],
  ['fromSafetensors', (options) => fromSafetensors(bytesOf('own container'), options)],
  ['readSafetensors', (options) => readSafetensors(bytesOf('PyTorch safetensors'), options)],
];

describe.each(NAMES)('%s as the name of', (name) => {
  it.each(IMPORTERS)('an option or a limit: %s', async (_, read) => {
    expect(() => read(one(name, 1) as never)).toThrow(GatewiseError);
    expect(() => read({ limits: one(name, 1) } as never)).toThrow(GatewiseError);
  });

  it('an option of load', async () => {
    await expect(load(bytesOf('.nam'), one(name, {}))).rejects.toThrow(GatewiseError);
    await expect(load(bytesOf('ONNX embedding'), { onnx: one(name, 1) })).rejects.toThrow(GatewiseError);
  });

  it('an input, by which ONNX options go', () => {
    for (const key of ['inputs', 'shapes', 'axes'])
      expect(() => fromOnnx(bytesOf('ONNX embedding'), { [key]: one(name, [1]) })).toThrow(GatewiseError);
    expect(
      fromOnnx(bytesOf('ONNX embedding'), { files: one(name, new Uint8Array(1)) as never }).nodes.length,
    ).toBeGreaterThan(0);
  });

  it('a file beside the model', async () => {
    const text = new TextDecoder().decode(bytesOf('tfjs'));
    const model = JSON.parse(text);
    const weights = model.weightsManifest.map(({ paths }: { paths: string[] }) => ({ paths: paths.map(() => name) }));
    for (const [i, group] of model.weightsManifest.entries()) group.paths = weights[i].paths;
    const json = strToU8(JSON.stringify(model));
    expect(() => fromTfjs(json, {})).toThrow(GatewiseError);
    expect(() => fromTfjs(json, one(name, new Uint8Array(1)) as never)).toThrow(GatewiseError);
    await expect(load({ 'model.json': json })).rejects.toThrow(GatewiseError);
    await expect(load(one(name, bytesOf('.nam')) as never)).resolves.toMatchObject({
      spec: { outputs: [expect.any(String)] },
    });
  });

  it('any text of a config', () => {
    const torch = [
      { type: 'lstm', prefix: 'lstm', hiddenSize: 4 },
      { type: 'activation', activation: 'tanh' },
    ];
    const tensorflow = [{ type: 'basic_lstm_cell', prefix: 'rnn/basic_lstm_cell', numUnits: 4, activation: 'tanh' }];
    const reads: [object[], (layers: never) => ModelSpec][] = [
      [torch, (layers) => fromPyTorch(bytesOf('PyTorch proven-lstm-fc.pt'), { inputSize: 3, layers })],
      [tensorflow, (layers) => fromTensorFlow({ npz: bytesOf('.npz') }, { inputSize: 3, layers })],
    ];
    for (const [layers, read] of reads) {
      const text = JSON.stringify(layers);
      for (const { 0: token, index } of text.matchAll(/"[^"]*"/g)) {
        const changed = JSON.parse(`${text.slice(0, index)}"${name}"${text.slice(index + token.length)}`);
        // Activations are looked at by createModel.
        expect(() => check(read(changed as never)), token).toThrow(GatewiseError);
      }
    }
  });

  it('a tensor that is written and read', () => {
    const data = Float32Array.of(1, 2);
    const file = writeSafetensors(one(name, { shape: [2], data }) as never, one(name, 'x') as never);
    const { tensors, metadata, dtypes } = readSafetensors(file);
    expect(Object.keys(tensors)).toEqual([name]);
    expect([...(tensors[name]?.data ?? [])]).toEqual([1, 2]);
    expect([metadata[name], dtypes[name]]).toEqual(['x', 'F32']);
    for (const record of [tensors, metadata, dtypes]) expect(record.isPrototypeOf).toBeUndefined();
    expect(readSafetensors(file, { skip: [name] }).tensors).toEqual({});
  });

  it('an option of toSafetensors and quantize', async () => {
    const spec = stack('lstm', 2, 3);
    expect(() => (toSafetensors as (...all: unknown[]) => unknown)(spec, one(name, 1))).toThrow(GatewiseError);
    await expect((async () => quantize(spec, one(name, 1) as never))()).rejects.toThrow(GatewiseError);
    await expect((async () => quantize(spec, { layers: [name] } as never))()).rejects.toThrow(GatewiseError);
  });
});
