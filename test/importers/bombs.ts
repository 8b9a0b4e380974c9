import { create, toBinary } from '@bufbuild/protobuf';
import { strToU8, zipSync } from 'fflate';
import type { HostileFile, Reader } from './little-heap.js';
import { graph, ints, model, node as onnxNode, type Parts } from './onnx/build.js';
import {
  AttributeSchema,
  GraphSchema,
  ModelSchema,
  NodeSchema,
  OperatorSetIdSchema,
  ValueInfoSchema,
} from './onnx/proto/onnx_pb.js';

// Bombs, lies about sizes, circles, nesting.

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

/** A Keras archive with this config. */
const archive = (config: Uint8Array): Uint8Array =>
  zipSync({
    'config.json': config,
    'metadata.json': strToU8('{"keras_version":"3.0.0"}'),
    'model.weights.h5': new Uint8Array(8),
  });
const declaring = (entries: Record<string, Uint8Array>) => (size: number) => lying(zipSync(entries), size);
const keras = declaring({
  'config.json': strToU8('{}'),
  'metadata.json': strToU8('{}'),
  'model.weights.h5': new Uint8Array(8),
});
const npz = declaring({ 'a.npy': strToU8('x') });
const torch = declaring({ 'a/data.pkl': strToU8('x') });
const brackets = (): Uint8Array => strToU8(`{"layers":${nested(200_000)},"config":{},"weights":${nested(200_000)}}`);

function modelsInModels(): Uint8Array {
  let model: object = { class_name: 'Dense', config: { name: 'd', units: 1 } };
  for (let depth = 0; depth < 300; depth++)
    model = { class_name: 'Sequential', config: { name: `m${depth}`, layers: [model] } };
  return json({ modelTopology: model, weightsManifest: [] });
}

/** Models that call a model ten times, which calls a model ten times. */
function modelsTenTimes(): Uint8Array {
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
  return json({ modelTopology: { keras_version: '2.15.0', model_config: model }, weightsManifest: [] });
}

function deepWeight(): Uint8Array {
  const layer = { type: 'dense', activation: '', shape: [null, 1], weights: [JSON.parse(nested(500))] };
  return json({ in_shape: [null, 1], layers: [layer] });
}

function graphsInGraphs(): Uint8Array {
  let inner = create(GraphSchema, {
    node: [create(NodeSchema, { opType: 'Tanh', input: ['x'], output: ['y'] })],
    output: [create(ValueInfoSchema, { name: 'y' })],
  });
  for (let depth = 0; depth < 60; depth++) {
    const branches = ['then_branch', 'else_branch'].map((name) =>
      create(AttributeSchema, { name, g: depth % 2 ? inner : create(GraphSchema, inner) }),
    );
    inner = create(GraphSchema, {
      node: [create(NodeSchema, { opType: 'If', input: ['c'], output: ['y'], attribute: branches.slice(0, 1) })],
      output: [create(ValueInfoSchema, { name: 'y' })],
    });
  }
  const whole = create(ModelSchema, { graph: inner, opsetImport: [create(OperatorSetIdSchema, { version: 17n })] });
  return toBinary(ModelSchema, whole);
}

function largeWeights(): Uint8Array[] {
  const layer = { class_name: 'Dense', config: { name: 'd', units: 1, batch_input_shape: [null, 1] } };
  const manifest = [{ paths: ['a'], weights: [{ name: 'd/kernel', shape: [1e8, 1e7], dtype: 'float32' }] }];
  const whole = {
    modelTopology: { class_name: 'Sequential', config: { name: 'm', layers: [layer] } },
    weightsManifest: manifest,
  };
  return [json(whole), new Uint8Array(4)];
}

function longHeader(): Uint8Array {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setBigUint64(0, 2n ** 62n, true);
  return bytes;
}

/** Functions that call functions twice, so many deep. */
export const twice = (depth: number): Parts => ({
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

function loopsInLoops(): Uint8Array {
  const inputs = { i: { dims: [], type: 7 }, c: { dims: [], type: 9 }, s: { dims: ['batch', 6] } };
  let nodes = [onnxNode('Tanh', 's', 'o'), onnxNode('Identity', 'c', 'k')];
  for (let depth = 0; depth < 30; depth++) {
    const body = graph({ nodes, inputs, outputs: ['k', 'o'] });
    nodes = [onnxNode('Loop', 'm c s', 'o', { body }), onnxNode('Identity', 'c', 'k')];
  }
  const init = { m: ints([3], []), c: ints([1], []) };
  const whole = [onnxNode('Identity', 'X', 's'), ...nodes, onnxNode('Identity', 'o', 'Y')];
  return model({ nodes: whole, init, inputs: { X: { dims: ['batch', 6] } } });
}

const made = (op: string, ...inputs: ReturnType<typeof ints>[]): Uint8Array => {
  const names = inputs.map((_, i) => `i${i}`);
  return model({
    nodes: [onnxNode(op, names.join(' '))],
    init: Object.fromEntries(inputs.map((one, i) => [`i${i}`, one])),
  });
};
const large = ints([1_000_000, 1_000_000]);
const scalar = (n: number) => ints([n], []);

const FILES: readonly [name: string, reader: Reader, files: () => Uint8Array[], says: RegExp][] = [
  [
    'an archive that unpacks to sixty million zeros',
    'keras',
    () => [archive(new Uint8Array(60_000_000))],
    /config\.json: too many bytes/,
  ],
  ['a Keras archive that declares 4 GB', 'keras', () => [keras(4_000_000_000)], /a size that cannot be/],
  ['a Keras archive that declares 1 GB', 'keras', () => [keras(1_000_000_000)], /a size that cannot be/],
  ['a .npz that declares 4 GB', 'npz', () => [npz(4_000_000_000)], /a size that cannot be/],
  ['a .npz that declares 1 GB', 'npz', () => [npz(1_000_000_000)], /a size that cannot be/],
  ['a checkpoint that declares 4 GB', 'pytorch', () => [torch(4_000_000_000)], /a size that cannot be/],
  ['a checkpoint that declares 1 GB', 'pytorch', () => [torch(1_000_000_000)], /a size that cannot be/],
  ['lists of 200,000 brackets in a Keras archive', 'keras', () => [archive(brackets())], /nested too deep/],
  ['200,000 brackets in a Keras archive', 'keras', () => [archive(strToU8(nested(200_000)))], /nested too deep/],
  ['lists of 200,000 brackets in a model.json', 'tfjs', () => [brackets()], /nested too deep/],
  ['200,000 brackets as a model.json', 'tfjs', () => [strToU8(nested(200_000))], /nested too deep/],
  ['lists of 200,000 brackets in a .nam', 'nam', () => [brackets()], /nested too deep/],
  ['200,000 brackets as a .nam', 'nam', () => [strToU8(nested(200_000))], /nested too deep/],
  ['lists of 200,000 brackets for RTNeural', 'rtneural', () => [brackets()], /nested too deep/],
  ['200,000 brackets for RTNeural', 'rtneural', () => [strToU8(nested(200_000))], /nested too deep/],
  ['models in models in models', 'tfjs', () => [modelsInModels()], /nested too deep/],
  ['models that call a model ten times, ten deep', 'tfjs', () => [modelsTenTimes()], /too many nodes/],
  ['a weight nested too deep', 'rtneural', () => [deepWeight()], /lists too deep/],
  ['graphs in graphs', 'onnx', () => [graphsInGraphs()], /nothing makes input "c"/],
  ['a constant of 10^12 numbers', 'onnx', () => [made('ConstantOfShape', large)], /too many numbers/],
  ['a range without end', 'onnx', () => [made('Range', scalar(0), scalar(10 ** 12), scalar(1))], /too many numbers/],
  ['a number expanded to 10^12', 'onnx', () => [made('Expand', scalar(1), large)], /too many numbers/],
  ['weights of 10^15 numbers', 'tfjs', largeWeights, /beyond the end of its shards/],
  ['a header longer than the file', 'safetensors', () => [longHeader()], /length beyond the file/],
  [
    'functions that call functions twice, thirty deep',
    'onnx',
    () => [model(twice(30))],
    /functions and loops within one another; expected at most/,
  ],
  ['loops in loops, thirty deep', 'onnx', () => [loopsInLoops()], /a loop over other than one sequence/],
];

export const BOMBS: readonly HostileFile[] = FILES.map(([name, reader, files, says]) => ({
  name,
  reader,
  files,
  says,
}));
