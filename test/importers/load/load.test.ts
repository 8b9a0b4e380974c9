import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { build } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { type LoadOptions, type LoadSource, load, loadFrom, sniff } from '../../../src/importers/load/index.js';
import { fromNam } from '../../../src/importers/nam/index.js';
import { fromPyTorch } from '../../../src/importers/pytorch/index.js';
import { fromRNNoise } from '../../../src/importers/rnnoise/index.js';
import { fromRTNeural } from '../../../src/importers/rtneural/index.js';
import {
  fromSafetensors,
  readSafetensors,
  toSafetensors,
  writeSafetensors,
} from '../../../src/importers/safetensors/index.js';
import { fromTfGraph } from '../../../src/importers/tfgraph/index.js';
import { fromTflite } from '../../../src/importers/tflite/index.js';
import { createModel, ImportError, InputError, type ModelSpec } from '../../../src/index.js';
import { FRAMEWORKS, goldenCases } from '../../golden/cases.js';
import { randomFloats, stack } from '../../support/random.js';
import { thorough } from '../../support/thorough.js';
import { caseOf } from '../tfgraph/cases.js';

const golden = (path: string): Uint8Array => readFileSync(new URL(`../../golden/${path}`, import.meta.url));
const json = (path: string) => JSON.parse(golden(path).toString());
const keras = (version: string, format: string): Uint8Array => {
  const one = json(`keras-files/${version}.json`).find((file: { format: string }) => file.format === format);
  return gunzipSync(golden(`keras-files/${version}.bin`).subarray(one.at, one.at + one.bytes));
};
const checkpoint = json('tensorflow-files/checkpoints.json')[0];
const index = new Uint8Array(Buffer.from(checkpoint.index, 'base64'));
const data = new Uint8Array(Buffer.from(checkpoint.data, 'base64'));
const checkpointData = data;
const nam = json('nam-files/models.json')[0].file;
const rnnoise = new Uint8Array(gunzipSync(Buffer.from(json('rnnoise-files/text.json')[0].file, 'base64')));
const torchScript = new Uint8Array(gunzipSync(Buffer.from(json('pytorch-files/script-2.15.json')[0].file, 'base64')));
const lite = new Uint8Array(gunzipSync(Buffer.from(json('tflite-files/keras2.json')[0].model, 'base64')));

const saved = caseOf('keras3', 'lstm_last');
const frozen = caseOf('frozen', 'dynamic_head');

describe('formats are told from the bytes', () => {
  it.each<[string, Uint8Array, string]>([
    ['Keras 3, .keras', keras('keras3', 'keras'), 'keras'],
    ['Keras 3, .h5', keras('keras3', 'h5'), 'keras'],
    ['Keras 2, .h5', keras('keras2', 'h5'), 'keras'],
    ['a checkpoint index', index, 'tensorflow'],
    ['.npz', zipSync({ 'a.npy': strToU8('x') }), 'tensorflow'],
    ['.nam', strToU8(JSON.stringify(nam)), 'nam'],
    ['TensorFlow Lite', lite, 'tflite'],
    ['RNNoise, text', rnnoise, 'rnnoise'],
    [
      'RNNoise, text of another version, which the importer refuses',
      strToU8('rnnoise-nu model file version 2\n'),
      'rnnoise',
    ],
    ['RNNoise, blob', strToU8('DNNw'), 'rnnoise'],
    ['a SavedModel', saved.model, 'tfgraph'],
    ['a frozen graph', frozen.model, 'tfgraph'],
    ['RTNeural, Keras style', strToU8('{"in_shape":[null,1],"layers":[]}'), 'rtneural'],
    ['RTNeural, torch style', strToU8('  {"lstm.weight_ih_l0":[[1]],"dense.bias":[1]}'), 'rtneural'],
    ['TensorFlow.js', strToU8('{"format":"layers-model","modelTopology":{},"weightsManifest":[]}'), 'tfjs'],
    [
      'safetensors of PyTorch',
      readFileSync(new URL('../../../examples/weather/model.safetensors', import.meta.url)),
      'pytorch',
    ],
    ['the own container', toSafetensors(stack('lstm', 2, 3)), 'safetensors'],
    ['a pickle', Uint8Array.of(0x80, 2, 0x8a, 10), 'pytorch'],
    ['torch.save, zip', golden('pytorch-files/tensors.pt'), 'pytorch'],
    ['torch.save, pickles', golden('pytorch-files/tensors.pth'), 'pytorch'],
    ['torch.save, pickles with NumPy in them', golden('pytorch-files/refused/numpy.pt'), 'pytorch'],
    ['torch.save, text', strToU8('L119547037146038801333356L\n.L1001L\n.'), 'pytorch'],
    ['the first format of torch.save', golden('pytorch-files/refused/first-format.pt'), 'pytorch'],
    ['TorchScript', torchScript, 'pytorch'],
    [
      'safetensors cut short, which the importer refuses',
      readFileSync(new URL('../../../examples/weather/model.safetensors', import.meta.url)).subarray(0, 100),
      'pytorch',
    ],
    [
      'safetensors with a tensor of our name',
      writeSafetensors({ gatewise: { shape: [1], data: new Float32Array(1) } }),
      'pytorch',
    ],
    ...(json('onnx-files/models.json') as { name: string; model: string }[]).map(
      ({ name, model }) =>
        [`ONNX ${name}`, new Uint8Array(Buffer.from(model, 'base64')), 'onnx'] as [string, Uint8Array, string],
    ),
  ])('%s', (_, bytes, format) => {
    expect(sniff(bytes)).toBe(format);
  });

  it.each<[string, Uint8Array, RegExp]>([
    [
      'a pointer of Git LFS',
      strToU8('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'),
      /^file: a pointer of Git LFS, not the file itself; expected the file: git lfs pull, got version https:\/\/git-lfs/,
    ],
    [
      'a page that says that there is nothing',
      strToU8('\n<!DOCTYPE html><html><head><title>404</title></head></html>'),
      /^file: an HTML page; expected a model; the download may have failed, got <!DOCTYPE html><html><head><title>404/,
    ],
    ['an answer of a store', strToU8('<?xml version="1.0"?><Error/>'), /^file: an XML document; .*got <\?xml version/],
    ['an element of XML', strToU8('<svg width="1">'), /^file: an XML document; .*got <svg width/],
    ['an element alone', strToU8('<Error>no</Error>'), /^file: an XML document; .*got <Error>no/],
    ['words', strToU8('Bad Gateway: no such model here'), /^file: a text; .*got Bad Gateway: no such model here$/],
    ['gzip', gzipSync(strToU8('{"layers":[]}')), /^file: packed with gzip; expected the file in it, got bytes 1f 8b/],
    ['bzip2', strToU8('BZh91AY&SY\x01\x02'), /^file: packed with bzip2;/],
    ['xz', Uint8Array.of(0xfd, ...strToU8('7zXZ'), 0), /^file: packed with xz;/],
    ['zstd', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 4), /^file: packed with zstd;/],
    ['an empty archive', zipSync({}), /^file: an empty zip archive; expected a model, got bytes 50 4b 05 06/],
    ['a byte order mark', Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d), /^file: a text with a byte order mark;/],
    [
      'a single array',
      strToU8('\x93NUMPY\x01\x00', true),
      /^file: a single NumPy array; expected an .npz of all arrays/,
    ],
    [
      'Core ML',
      Uint8Array.of(0x08, 4, 0x12, 0x84, 1, 0x0a, 0x1a, 0x0a, 5),
      /^file: a Core ML model; expected the model that it/,
    ],
    ['GGUF', strToU8('GGUF\x03\0\0\0\0'), /^file: a GGUF model; expected a recurrent model, got GGUF$/],
    [
      'a pickle of scikit-learn',
      strToU8('\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x18sklearn.linear_model._base\x94.', true),
      /^file: a pickle of another library; expected what a framework's own save writes, got sklearn$/,
    ],
    [
      'a configuration of Keras',
      strToU8('{"class_name":"Sequential","config":{}}'),
      /^file: a Keras model's configuration alone; expected a file with its weights, got class_name, config$/,
    ],
    [
      'a list of shards',
      strToU8('{"metadata":{},"weight_map":{}}'),
      /^file: a list of safetensors files; expected one file with all tensors, got metadata, weight_map$/,
    ],
    ['JSON cut short', strToU8('{"layers":['), /^file: not valid JSON; expected JSON, got /],
    [
      'noise',
      Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4, 5),
      /^file: of no known format; .*got bytes de ad be ef 01 02 03 04 …$/,
    ],
    ['nothing', new Uint8Array(), /^file: of no known format; expected ONNX, .*got an empty file$/],
    ['text', strToU8('hello there'), /^file: a text; expected a model; the download may have failed, got hello there$/],
    ['other JSON', strToU8('{"a":1}'), /^file: JSON of no known format; .*got a$/],
    [
      'an archive of arrays and something else',
      zipSync({ 'a.npy': strToU8('x'), 'b.npy': strToU8('x'), 'read.me': strToU8('b') }),
      /^file: a zip archive of no known format; .*got a.npy, b.npy, read.me/,
    ],
    [
      'an archive of something else and arrays',
      zipSync({ 'a.txt': strToU8('b'), 'z.npy': strToU8('x') }),
      /^file: a zip archive of no known format; .*got a.txt, z.npy/,
    ],
    [
      'an archive with the config of Keras alone',
      zipSync({ 'config.json': strToU8('{}') }),
      /^file: a zip archive of no known format; .*got config.json/,
    ],
    [
      'an archive with the weights of Keras alone',
      zipSync({ 'model.weights.h5': strToU8('x') }),
      /^file: a zip archive of no known format; .*got model.weights.h5/,
    ],
    ['another archive', zipSync({ 'a.txt': strToU8('b') }), /^file: a zip archive of no known format; .*got a.txt/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => sniff(bytes)).toThrow(message);
  });
});

describe('load', () => {
  it('loads no importer before the format is known', async () => {
    const entry = fileURLToPath(new URL('../../../src/importers/load/index.ts', import.meta.url));
    const { output } = await build({ input: entry, write: false, logLevel: 'silent' });
    const [first, ...others] = output.filter((chunk) => chunk.type === 'chunk');
    const reads = (ids: readonly string[]): string[] => ids.filter((id) => /importers\/\w+\/read\.ts$/.test(id));
    expect(first?.isEntry).toBe(true);
    expect(reads(first?.moduleIds ?? [])).toEqual([]);
    expect(first?.moduleIds.filter((id) => /jsfive|bufbuild/.test(id))).toEqual([]);
    expect(new Set(others.flatMap((chunk) => reads(chunk.moduleIds))).size).toBe(10);
  });

  it('opens what needs nothing else', async () => {
    expect((await load(keras('keras3', 'keras'))).report.format).toMatch(/^Keras 3/);
    expect((await load(keras('keras2', 'h5'))).report.format).toMatch(/^Keras 2/);
    expect((await load(rnnoise)).report.format).toBe('RNNoise, text of version 1');
    expect((await load(rnnoise, { limits: { nodes: 100 } })).spec).toEqual(fromRNNoise(rnnoise));
    expect((await load(strToU8(JSON.stringify(nam)))).report.format).toMatch(/^Neural Amp Modeler/);
    expect((await load(lite)).report.format).toBe('TensorFlow Lite, schema 3 (MLIR Converted.)');
    expect((await load(lite, { tflite: { states: [] } })).spec.nodes.length).toBeGreaterThan(1);
    expect((await load(frozen.model, { tfgraph: { outputs: ['Softmax'] } })).report.format).toBe(
      'TensorFlow, frozen graph',
    );
    const spec = stack('gru', 2, 3);
    expect((await load(toSafetensors(spec))).spec).toEqual(spec);
  });

  it('asks for the variables of a SavedModel, and for what their index names', async () => {
    const folder: Record<string, Uint8Array> = { 'saved_model.pb': saved.model, ...saved.files };
    const asked: string[] = [];
    const read = (path: string): Uint8Array => {
      asked.push(path);
      return folder[path] as Uint8Array;
    };
    const { spec, report } = await loadFrom('saved_model.pb', read);
    expect(asked).toEqual(['saved_model.pb', 'variables/variables.index', 'variables/variables.data-00000-of-00001']);
    expect(report.format).toMatch(/^TensorFlow SavedModel \(TensorFlow 2\./);
    expect(fromTfGraph(saved.model, { files: saved.files })).toEqual(spec);
    // All files of the folder at once, whatever else stands there.
    const all = {
      'm/saved_model.pb': saved.model,
      'm/fingerprint.pb': Uint8Array.of(8, 177, 190, 1, 16, 2, 24, 3, 32, 4),
    };
    for (const [path, bytes] of Object.entries(saved.files)) Object.assign(all, { [`m/${path}`]: bytes });
    expect((await load(all)).spec).toEqual(spec);
    expect(await load(frozen.model)).toEqual(await loadFrom('graph.pb', () => frozen.model));
  });

  it('opens files that belong together, whatever their names', async () => {
    const { spec } = await load({ a: data, b: index }, { tensorflow: checkpoint.config });
    expect(spec.nodes[0]?.type).toBe('lstm');
    await expect(load({ a: data, b: index })).rejects.toThrow(
      'file: weights without a topology; expected a config; draft: {"inputSize":3,',
    );
    await expect(load({ a: strToU8('?'), b: strToU8('!') })).rejects.toThrow(
      'source: no file of a known format; expected one that describes a model, got a, b',
    );
    await expect(load({ a: strToU8('<!doctype html>') })).rejects.toThrow('file: an HTML page; expected a model;');
    await expect(load(null as never)).rejects.toThrow(
      'source: nothing to open; expected bytes, or files by name, got null',
    );
  });
});

describe('several files: which of them describes the model', () => {
  const base64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
  const model = base64((json('onnx-files/models.json') as { model: string }[])[0]?.model as string);
  const numbers = (...first: number[]) => Uint8Array.from({ length: 64 }, (_, k) => first[k] ?? k);
  /** Numbers that begin as files of other formats do. */
  const looks: [string, Uint8Array][] = [
    ['a pickle', numbers(0x80, 2, 0x8a, 10)],
    ['HDF5', numbers(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)],
    ['ONNX', numbers(0x08, 0x0a, 0x12)],
    ['a zip archive', zipSync({ 'a.npy': strToU8('x') })],
    ['safetensors', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d)],
    ['an .ort file', numbers(8, 0, 0, 0, 0x4f, 0x52, 0x54, 0x4d)],
    ['JSON', strToU8('{"architecture":"LSTM","weights":[]}')],
  ];
  it.each(looks)('not numbers that look like %s, whatever the names', async (_, data) => {
    const [{ spec }] = [await load(model)];
    for (const [name, other] of [
      ['m.onnx', 'm.onnx.data'],
      ['b', 'a'],
      ['./model', 'weights.pt'],
      ['x/m.onnx', 'x/m.h5'],
    ] as const)
      expect((await load({ [other]: data, [name]: model })).spec).toEqual(spec);
    const found = await load(
      { a: index, b: checkpointData, 'a.meta': data, checkpoint: strToU8('model_checkpoint_path: "a"') },
      { tensorflow: checkpoint.config },
    ).catch((error: Error) => error.message);
    expect(found).toMatch(/wrong number of shards/);
    const shards = { 'a.index': index, 'a.data-00000-of-00001': checkpointData, 'a.meta': data };
    expect((await load(shards, { tensorflow: checkpoint.config })).spec.nodes[0]?.type).toBe('lstm');
  });

  it('names decide between two that look like one; else they are refused', async () => {
    const [{ spec }] = [await load(model)];
    expect((await load({ 'm.data': model, 'm.onnx': model })).spec).toEqual(spec);
    expect((await load({ 'm.data': model, m: model })).spec).toEqual(spec);
    await expect(load({ a: model, b: model })).rejects.toThrow(
      'source: several files that describe a model; expected one, got a, b',
    );
    await expect(load({ 'a.onnx': model, './a.onnx': model })).rejects.toThrow(
      'source: a file twice; expected every path once, got a.onnx, a.onnx',
    );
    // Damaged, it is still what its name says.
    await expect(load({ 'm.onnx': model.subarray(0, -3), 'm.data': numbers() })).rejects.toThrow(/^file: /);
  });

  it('files beside a model of one file belong to nothing', async () => {
    const container = toSafetensors(stack('lstm', 2, 3));
    await expect(load({ 'model.safetensors': container, 'config.json': strToU8('{"a":1}') })).rejects.toThrow(
      'source: files beside a model of one file (safetensors); expected model.safetensors alone, got model.safetensors, config.json',
    );
    expect((await load({ 'model.safetensors': container })).spec.nodes.length).toBe(2);
  });
});

describe('what is given instead of files is named', () => {
  const container = toSafetensors(stack('lstm', 2, 3));
  const reads: [string, (bytes: never) => unknown, string][] = [
    ['load', load, 'source: nothing to open; expected bytes, or files by name'],
    ['fromSafetensors', fromSafetensors, 'bytes: not the bytes of a file; expected an ArrayBuffer, or a view of one'],
    ['fromPyTorch', fromPyTorch, 'bytes: not the bytes of a file; expected an ArrayBuffer, or a view of one'],
    ['fromTfGraph', fromTfGraph, 'bytes: not the bytes of a file; expected an ArrayBuffer, or a view of one'],
    ['fromTflite', fromTflite, 'bytes: not the bytes of a file; expected an ArrayBuffer, or a view of one'],
    ['fromNam', fromNam, 'bytes: not the bytes of a file; expected an ArrayBuffer, or a view of one'],
    ['fromRNNoise', fromRNNoise, 'bytes: not the bytes of a file; expected an ArrayBuffer, or a view of one'],
    ['fromRTNeural', fromRTNeural, 'bytes: not the bytes of a file; expected an ArrayBuffer, or a view of one'],
  ];
  const given: [string, () => unknown, string][] = [
    ['a Promise', () => Promise.resolve(container), 'Promise: await it'],
    ['a Response', () => new Response(container.slice()), 'Response: await its arrayBuffer()'],
    ['a Blob', () => new Blob([container.slice()]), 'Blob: await its arrayBuffer()'],
    [
      'parsed JSON',
      () => ({ architecture: 'LSTM', weights: [1] }),
      'parsed JSON or another object, not a file: {architecture, weights}',
    ],
    ['a list', () => [1, 2], 'parsed JSON or another object, not a file: [1, 2]'],
    ['a path', () => 'model.onnx', 'string'],
    ['a URL', () => new URL('file:///model.onnx'), 'URL'],
    ['a Map', () => new Map([['a', container]]), 'Map'],
    ['nothing', () => undefined, 'undefined'],
  ];
  // load opens these, or says what does.
  const opened = ['a Promise', 'a Response', 'a Blob', 'a path', 'a URL'];
  it.each(
    reads.flatMap(([name, read, message]) =>
      given
        .filter(([what]) => name !== 'load' || !opened.includes(what))
        .map(([what, make, got]) => [name, what, read, make, `${message}, got ${got}`] as const),
    ),
  )('%s, %s', async (_, __, read, make, message) => {
    const error = await (async () => read(make() as never))().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ImportError);
    expect((error as Error).message).toBe(message);
  });

  it('one file of several', async () => {
    await expect(load({ a: container, b: Promise.resolve(1) } as never)).rejects.toThrow(
      'file "b": not the bytes of a file; expected an ArrayBuffer, or a view of one, got number',
    );
    await expect(load({})).rejects.toThrow(
      'source: nothing to open; expected bytes, or files by name, got parsed JSON or another object, not a file: {}',
    );
  });

  const ort = Uint8Array.of(0x24, 0, 0, 0, ...strToU8('ORTM'), 0, 0, 0, 0);
  it.each(reads)('%s: an .ort file', async (_, read) => {
    const error = await (async () => read(ort as never))().catch((error: unknown) => error);
    expect((error as Error).message).toBe(
      'file: a model of ONNX Runtime (.ort); expected the .onnx file that it was made from, got ORTM from byte 4 on',
    );
  });
});

describe('options', () => {
  it('of load are those of the format', async () => {
    const text = strToU8(JSON.stringify(nam));
    await expect(load(text, { onx: {} } as never)).rejects.toThrow(
      'options.onx: not for this file; expected nam, or no options, got onx',
    );
    await expect(load(text, { pytorch: {} })).rejects.toThrow(
      'options.pytorch: not for this file; expected nam, or no options, got pytorch',
    );
    expect((await load(text, { pytorch: undefined } as never)).spec.nodes.length).toBeGreaterThan(1);
    await expect(load(text, 4 as never)).rejects.toThrow('options: not an object; expected { nam: … }, got 4');
    await expect(load(toSafetensors(stack('lstm', 2, 3)), { pytorch: {} })).rejects.toThrow(
      'options.pytorch: not for this file',
    );
    await expect(load(golden('pytorch-files/checkpoint.pt'), { pytorch: { ignored: [] } as never })).rejects.toThrow(
      'config: unknown field; expected name, inputSize, ',
    );
    const linears = strToU8('{"a.weight":[[1]],"b.weight":[[1]]}');
    await expect(load(linears, { rtneural: { asume: 'chain' } as never })).rejects.toThrow(
      'options: unknown field; expected assume, limits, got "asume"',
    );
    expect((await load(linears, { rtneural: { assume: 'chain' } })).spec.nodes.length).toBe(2);
  });

  it('limits of load hold for every format', async () => {
    const torch = golden('pytorch-files/checkpoint.pt');
    const config = { inputSize: 1, layers: [{ type: 'relu' }] } as const;
    const linears = strToU8('{"a.weight":[[1]],"b.weight":[[1]]}');
    const container = toSafetensors(stack('lstm', 2, 3));
    const layers = { layers: checkpoint.config.layers };
    const files: [LoadSource, LoadOptions][] = [
      [strToU8(JSON.stringify(nam)), {}],
      [torch, { pytorch: config }],
      [linears, {}],
      [container, {}],
      [zipSync({ 'a.npy': new Uint8Array(1000) }), { tensorflow: layers }],
    ];
    for (const [file, options] of files) {
      await expect(load(file, { ...options, limits: { bytes: 63 } })).rejects.toThrow('too many bytes for a file of ');
    }
    await expect(load({ index, data }, { tensorflow: layers, limits: { operations: 1 } })).rejects.toThrow(
      'index: too many operations for a file of ',
    );
    await expect(load(linears, { limits: { bites: 1 } as never })).rejects.toThrow('options.limits: not usable');
    await expect(load({ 'a.json': linears }, { limits: { bytes: 1 } })).rejects.toThrow('file: too many bytes');
    expect((await load(strToU8(JSON.stringify(nam)), { limits: {} })).spec.nodes.length).toBeGreaterThan(1);
  });

  it('of readers and writers of safetensors', () => {
    const bytes = writeSafetensors({ a: { shape: [1], data: Float32Array.of(1) } });
    expect(() => readSafetensors(bytes, { integer: true } as never)).toThrow(
      'options: unknown field; expected integers, skip, limits, got "integer"',
    );
    expect(() => readSafetensors(bytes, { skip: 'a' } as never)).toThrow(
      'options.skip: not usable; expected a list of texts, got "a"',
    );
    expect(() => (fromSafetensors as (bytes: Uint8Array, options: object) => unknown)(bytes, { skip: [] })).toThrow(
      'options: unknown field; expected limits, got "skip"',
    );
    const spec = stack('lstm', 2, 3);
    expect(() => (toSafetensors as (spec: ModelSpec, options: object) => unknown)(spec, { dtype: 'F16' })).toThrow(
      'options: unknown field; expected none, got "dtype"',
    );
  });

  it.each<[string, object, object | undefined, string]>([
    [
      'a type of its own',
      { a: { shape: [1], data: Float32Array.of(1), dtype: 'F16' } },
      undefined,
      'tensor "a": an unknown field; expected shape, data, got dtype',
    ],
    [
      'other numbers',
      { a: { shape: [1], data: Float64Array.of(1) } },
      undefined,
      'tensor "a": not float32 or int8; expected a Float32Array or an Int8Array, got Float64Array',
    ],
    [
      'a list',
      { a: { shape: [1], data: [1] } },
      undefined,
      'tensor "a": not float32 or int8; expected a Float32Array or an Int8Array, got object',
    ],
    ['metadata that is no text', {}, { epoch: 3 }, 'metadata, "epoch": not a text; expected a text, got 3'],
  ])('writeSafetensors refuses %s', (_, tensors, metadata, message) => {
    expect(() => writeSafetensors(tensors as never, metadata as never)).toThrow(message);
    expect(() => writeSafetensors(tensors as never, metadata as never)).toThrow(InputError);
  });
});

describe('the own container', () => {
  const bits = ({ data: numbers }: { data: Float32Array }): Uint32Array => new Uint32Array(numbers.slice().buffer);

  it('every golden model comes back bit for bit, and runs to the same bits', async () => {
    const seen = FRAMEWORKS.flatMap((framework) => [...goldenCases(framework)]).filter(
      (_, i) => i % (thorough ? 9 : 27) === 0,
    );
    expect(seen.length).toBeGreaterThan(thorough ? 50 : 15);
    for (const { spec, inputs } of seen) {
      const back = fromSafetensors(toSafetensors(spec));
      expect({ ...back, tensors: {} }).toEqual({
        ...(JSON.parse(JSON.stringify({ ...spec, tensors: {} })) as ModelSpec),
      });
      expect(Object.keys(back.tensors)).toEqual(Object.keys(spec.tensors));
      for (const [name, tensor] of Object.entries(spec.tensors)) {
        expect(back.tensors[name]?.shape).toEqual(tensor.shape);
        const got = bits(back.tensors[name] as { data: Float32Array });
        expect(Buffer.compare(Buffer.from(got.buffer), Buffer.from(bits(tensor).buffer))).toBe(0);
      }
      const [a, b] = [await createModel(spec), await createModel(back)];
      expect(b.runNamed(inputs as never)).toEqual(a.runNamed(inputs as never));
      a.dispose();
      b.dispose();
    }
  });

  it('bits of NaN, signed zeros, denormals; names of any characters', () => {
    const words = Uint32Array.of(0x7fa12345, 0xffc00001, 0x80000000, 1, 0x7f800000, 0xff800000);
    const tensors = {
      'a "b"\n🎈': { shape: [6], data: new Float32Array(words.buffer) },
      __proto: { shape: [1], data: randomFloats(1, 2) },
    };
    const spec = {
      inputs: [{ name: 'x', features: 6 }],
      nodes: [{ type: 'scale_shift', name: 'y', inputs: ['x'], tensors: { scale: 'a "b"\n🎈' } }],
      outputs: ['y'],
      tensors,
    } as ModelSpec;
    expect(bits(fromSafetensors(toSafetensors(spec)).tensors['a "b"\n🎈'] as { data: Float32Array })).toEqual(words);
  });

  it.each<[string, (spec: Record<string, unknown>) => unknown, RegExp]>([
    ['metadata that is no model', () => [1], /^metadata, gatewise: not a model; expected an object, got \[1\]$/],
    ['a newer version', (spec) => Object.assign(spec, { version: 2 }), /a version that is not read; expected 1, got 2/],
    ['an unknown field', (spec) => Object.assign(spec, { code: [] }), /not a field of a model; .*got code/],
    ['nodes that are no list', (spec) => Object.assign(spec, { nodes: {} }), /not a field of a model; .*got nodes/],
  ])('refuses %s', (_, change, message) => {
    const bytes = toSafetensors(stack('lstm', 2, 3));
    const length = new DataView(bytes.buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    const spec = JSON.parse(header.__metadata__.gatewise);
    header.__metadata__.gatewise = JSON.stringify(change(spec) ?? spec);
    const text = new TextEncoder().encode(JSON.stringify(header));
    const file = new Uint8Array(8 + text.length + bytes.length - 8 - length);
    new DataView(file.buffer).setUint32(0, text.length, true);
    file.set(text, 8);
    file.set(bytes.subarray(8 + length), 8 + text.length);
    expect(() => fromSafetensors(file)).toThrow(message);
    expect(() => fromSafetensors(file)).toThrow(ImportError);
  });

  it("keeps the file's own axes", () => {
    const layouts = { x: { axes: ['time', 'batch', 2], batch: 1 } };
    const spec = { ...stack('lstm', 2, 3), layouts } as ModelSpec;
    expect(fromSafetensors(toSafetensors(spec))).toEqual(spec);
    const listed = toSafetensors({ ...spec, layouts: [] } as never);
    expect(() => fromSafetensors(listed)).toThrow(
      /not a field of a model; .*carries, layouts, int8, got layouts: \[\]$/,
    );
  });

  it('refuses weights alone', () => {
    const weights = readFileSync(new URL('../../../examples/weather/model.safetensors', import.meta.url));
    expect(() => fromSafetensors(weights)).toThrow(/no model in the metadata; expected a file of toSafetensors/);
  });
});
