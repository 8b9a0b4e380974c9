import { create, toBinary } from '@bufbuild/protobuf';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { fromKeras } from '../../src/importers/keras/index.js';
import { fromNam } from '../../src/importers/nam/index.js';
import { fromOnnx } from '../../src/importers/onnx/index.js';
import { fromPyTorch } from '../../src/importers/pytorch/index.js';
import { fromRTNeural } from '../../src/importers/rtneural/index.js';
import { fromSafetensors } from '../../src/importers/safetensors/index.js';
import { readNpz } from '../../src/importers/tensorflow/index.js';
import { fromTfjs } from '../../src/importers/tfjs/index.js';
import { graph, ints, model, node as onnxNode, type Parts } from './onnx/build.js';
import {
  AttributeSchema,
  GraphSchema,
  ModelSchema,
  NodeSchema,
  OperatorSetIdSchema,
  TensorSchema,
  ValueInfoSchema,
} from './onnx/proto/onnx_pb.js';
import { refusal } from './support.js';

// Files made to hurt: bombs, lies about sizes, circles, nesting. All are refused, and none takes memory or time worth mention.

const json = (value: unknown): Uint8Array => strToU8(JSON.stringify(value));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

/** The declared size of a zip's entries, changed in the directory and before each entry. */
function lying(bytes: Uint8Array, size: number): Uint8Array {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  for (let at = 0; at + 46 <= out.length; at++) {
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, size, true);
    if (view.getUint32(at, true) === 0x04034b50) view.setUint32(at + 22, size, true);
  }
  return out;
}

function refusedAtOnce(read: () => unknown): string {
  const [begin, before] = [performance.now(), process.memoryUsage().rss];
  const message = refusal(read);
  expect(message).not.toBe('nothing was thrown');
  expect(performance.now() - begin).toBeLessThan(5_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(600e6);
  return message;
}

describe('zip archives', () => {
  const bomb = zipSync({
    'config.json': new Uint8Array(60_000_000),
    'metadata.json': strToU8('{"keras_version":"3.0.0"}'),
    'model.weights.h5': new Uint8Array(8),
  });
  it('that unpack to sixty million zeros', () => {
    expect(bomb.length).toBeLessThan(100_000);
    refusedAtOnce(() => fromKeras(bomb));
  });
  it.each([4_000_000_000, 1_000_000_000])('that declare %d bytes', (size) => {
    const small = zipSync({
      'config.json': strToU8('{}'),
      'metadata.json': strToU8('{}'),
      'model.weights.h5': new Uint8Array(8),
    });
    expect(refusedAtOnce(() => fromKeras(lying(small, size)))).toMatch(/a size that cannot be/);
    expect(refusedAtOnce(() => readNpz(lying(zipSync({ 'a.npy': strToU8('x') }), size)))).toMatch(
      /a size that cannot be/,
    );
    refusedAtOnce(() => fromPyTorch(lying(zipSync({ 'a/data.pkl': strToU8('x') }), size)));
  });
});

describe('nesting', () => {
  it.each<[string, (bytes: Uint8Array) => unknown]>([
    [
      'Keras',
      (bytes) =>
        fromKeras(
          zipSync({
            'config.json': bytes,
            'metadata.json': strToU8('{"keras_version":"3.0.0"}'),
            'model.weights.h5': new Uint8Array(8),
          }),
        ),
    ],
    ['TensorFlow.js', (bytes) => fromTfjs(bytes, [])],
    ['.nam', fromNam],
    ['RTNeural', fromRTNeural],
  ])('JSON of 200,000 brackets: %s', (_, read) => {
    refusedAtOnce(() => read(strToU8(`{"layers":${nested(200_000)},"config":{},"weights":${nested(200_000)}}`)));
    refusedAtOnce(() => read(strToU8(nested(200_000))));
  });

  it('models in models in models', () => {
    let model: object = { class_name: 'Dense', config: { name: 'd', units: 1 } };
    for (let depth = 0; depth < 300; depth++)
      model = { class_name: 'Sequential', config: { name: `m${depth}`, layers: [model] } };
    refusedAtOnce(() => fromTfjs(json({ modelTopology: model, weightsManifest: [] }), []));
  });

  it('models that call a model ten times, which calls a model ten times', () => {
    const input = { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, 4] }, inbound_nodes: [] };
    const relu = { class_name: 'ReLU', config: { name: 'y' }, inbound_nodes: [[['x', 0, 0, {}]]] };
    const functional = (layer: object) => ({
      class_name: 'Functional',
      config: {
        name: 'm',
        layers: [
          { ...input, name: 'x' },
          { ...layer, name: 'y' },
        ],
        input_layers: [['x', 0, 0]],
        output_layers: [['y', 0, 0]],
      },
    });
    let model = functional(relu);
    const calls = Array.from({ length: 10 }, () => [['x', 0, 0, {}]]);
    for (let depth = 0; depth < 10; depth++) model = functional({ ...model, inbound_nodes: calls });
    const bytes = json({ modelTopology: { keras_version: '2.15.0', model_config: model }, weightsManifest: [] });
    expect(refusedAtOnce(() => fromTfjs(bytes, []))).toMatch(/^model "[my]": too many nodes/);
  });

  it('a weight nested too deep', () => {
    const layer = { type: 'dense', activation: '', shape: [null, 1], weights: [JSON.parse(nested(500))] };
    expect(refusedAtOnce(() => fromRTNeural(json({ in_shape: [null, 1], layers: [layer] })))).toMatch(/lists too deep/);
  });

  it('graphs in graphs', () => {
    let graph = create(GraphSchema, {
      node: [create(NodeSchema, { opType: 'Tanh', input: ['x'], output: ['y'] })],
      output: [create(ValueInfoSchema, { name: 'y' })],
    });
    for (let depth = 0; depth < 60; depth++) {
      const branches = ['then_branch', 'else_branch'].map((name) =>
        create(AttributeSchema, { name, g: depth % 2 ? graph : create(GraphSchema, graph) }),
      );
      graph = create(GraphSchema, {
        node: [create(NodeSchema, { opType: 'If', input: ['c'], output: ['y'], attribute: branches.slice(0, 1) })],
        output: [create(ValueInfoSchema, { name: 'y' })],
      });
    }
    const model = create(ModelSchema, { graph, opsetImport: [create(OperatorSetIdSchema, { version: 17n })] });
    refusedAtOnce(() => fromOnnx(toBinary(ModelSchema, model)));
  });
});

describe('sizes that lie', () => {
  const onnx = (node: object, initializer: object[] = []) =>
    toBinary(
      ModelSchema,
      create(ModelSchema, {
        opsetImport: [create(OperatorSetIdSchema, { version: 17n })],
        graph: create(GraphSchema, {
          node: [create(NodeSchema, { output: ['y'], ...node })],
          initializer: initializer.map((one) => create(TensorSchema, one)),
          output: [create(ValueInfoSchema, { name: 'y' })],
        }),
      }),
    );
  const numbers = (name: string, ...values: bigint[]) => ({
    name,
    dataType: 7,
    dims: [BigInt(values.length)],
    int64Data: values,
  });

  it('ONNX: a constant of 10^12 numbers, a range without end, an expansion', () => {
    expect(
      refusedAtOnce(() =>
        fromOnnx(onnx({ opType: 'ConstantOfShape', input: ['s'] }, [numbers('s', 1_000_000n, 1_000_000n)])),
      ),
    ).toMatch(/too many numbers/);
    const scalar = (name: string, value: bigint) => ({ name, dataType: 7, int64Data: [value] });
    expect(
      refusedAtOnce(() =>
        fromOnnx(
          onnx({ opType: 'Range', input: ['a', 'b', 'd'] }, [
            scalar('a', 0n),
            scalar('b', 10n ** 12n),
            scalar('d', 1n),
          ]),
        ),
      ),
    ).toMatch(/too many numbers/);
    expect(
      refusedAtOnce(() =>
        fromOnnx(
          onnx({ opType: 'Expand', input: ['a', 's'] }, [scalar('a', 1n), numbers('s', 1_000_000n, 1_000_000n)]),
        ),
      ),
    ).toMatch(/too many numbers/);
  });

  it('TensorFlow.js: weights of 10^15 numbers', () => {
    const layer = { class_name: 'Dense', config: { name: 'd', units: 1, batch_input_shape: [null, 1] } };
    const manifest = [{ paths: ['a'], weights: [{ name: 'd/kernel', shape: [1e8, 1e7], dtype: 'float32' }] }];
    const model = {
      modelTopology: { class_name: 'Sequential', config: { name: 'm', layers: [layer] } },
      weightsManifest: manifest,
    };
    expect(refusedAtOnce(() => fromTfjs(json(model), [new Uint8Array(4)]))).toMatch(/beyond the end of its shards/);
  });

  it('our own container: a header longer than the file', () => {
    const bytes = new Uint8Array(64);
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 62n, true);
    refusedAtOnce(() => fromSafetensors(bytes));
  });
});

describe('ONNX graphs that multiply', () => {
  const twice = (depth: number): Parts => ({
    nodes: [onnxNode('F0', 'X', 'Y', {}, 'local')],
    functions: Array.from({ length: depth }, (_, n) => ({
      name: `F${n}`,
      domain: 'local',
      input: ['a'],
      output: ['c'],
      node:
        n === depth - 1
          ? [onnxNode('Tanh', 'a', 'c')]
          : [onnxNode(`F${n + 1}`, 'a', 'b', {}, 'local'), onnxNode(`F${n + 1}`, 'b', 'c', {}, 'local')],
    })),
  });

  it('functions that call functions twice, thirty deep', () => {
    const bytes = model(twice(30));
    expect(bytes.length).toBeLessThan(3_000);
    expect(refusedAtOnce(() => fromOnnx(bytes))).toMatch(/functions and loops within one another; expected at most/);
  });

  it('six deep, they are the layers that they call', () => {
    expect(fromOnnx(model(twice(6))).nodes.filter(({ type }) => type === 'activation')).toHaveLength(32);
  });

  it('loops in loops, thirty deep', () => {
    const inputs = { i: { dims: [], type: 7 }, c: { dims: [], type: 9 }, s: { dims: ['batch', 6] } };
    let nodes = [onnxNode('Tanh', 's', 'o'), onnxNode('Identity', 'c', 'k')];
    for (let depth = 0; depth < 30; depth++) {
      const body = graph({ nodes, inputs, outputs: ['k', 'o'] });
      nodes = [onnxNode('Loop', 'm c s', 'o', { body }), onnxNode('Identity', 'c', 'k')];
    }
    const init = { m: ints([3], []), c: ints([1], []) };
    const whole = [onnxNode('Identity', 'X', 's'), ...nodes, onnxNode('Identity', 'o', 'Y')];
    refusedAtOnce(() => fromOnnx(model({ nodes: whole, init, inputs: { X: { dims: ['batch', 6] } } })));
  });
});
