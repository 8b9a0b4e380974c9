import { strToU8, zipSync } from 'fflate';
import { toSafetensors } from '../../src/importers/safetensors/index.js';
import { crc32c } from '../../src/importers/tensorflow/crc32c.js';
import type { ModelSpec } from '../../src/index.js';
import { file } from '../importers/files.js';
import { hdf5, type Item } from '../importers/keras/hdf5-writer.js';
import type { HostileFile, Reader } from '../importers/little-heap.js';
import { floats, model, node } from '../importers/onnx/build.js';
import { id, tensor, text } from '../importers/pytorch/pickles.js';
import { entry, field, noRestarts, table, u32 } from '../importers/tensorflow/table.js';

// Files of N nodes, layers, tensors or inputs that are meant: how much time and memory they take says whether it is in proportion.

const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const json = (value: unknown): Uint8Array => strToU8(JSON.stringify(value));
/** A value's name in a chain. */
const link = (i: number, n: number): string => (i === 0 ? 'X' : i === n ? 'Y' : `v${i}`);
const inputs = { X: { dims: ['batch', 'time', 2] } };

const layersModel = (className: string, layers: unknown[], config: object = {}, weights?: unknown[]): Uint8Array =>
  json({
    format: 'layers-model',
    modelTopology: {
      keras_version: '2.15.0',
      model_config: { class_name: className, config: { name: 'm', layers, ...config } },
    },
    weightsManifest: weights ? [{ paths: ['a'], weights }] : [],
  });
const dense = (i: number): object => ({
  class_name: 'Dense',
  config: { name: `d${i}`, units: 1, ...(i === 0 && { batch_input_shape: [null, 1] }) },
});
const denseWeights = (i: number): object[] => [
  { name: `d${i}/kernel`, shape: [1, 1], dtype: 'float32' },
  { name: `d${i}/bias`, shape: [1], dtype: 'float32' },
];
const x = {
  class_name: 'InputLayer',
  name: 'x',
  config: { name: 'x', batch_input_shape: [null, 4] },
  inbound_nodes: [],
};
const relu = (i: number): object => ({
  class_name: 'ReLU',
  name: `y${i}`,
  config: { name: `y${i}` },
  inbound_nodes: [[[i === 0 ? 'x' : `y${i - 1}`, 0, 0, {}]]],
});

/** A Sequential of Keras 3 and its weights. */
const kerasFile = (layers: readonly object[], weights: Uint8Array): Uint8Array =>
  zipSync(
    {
      'metadata.json': strToU8('{"keras_version":"3.9.0"}'),
      'config.json': json({
        class_name: 'Sequential',
        config: {
          name: 'm',
          layers: [{ class_name: 'InputLayer', config: { name: 'x', batch_shape: [null, 1] } }, ...layers],
        },
      }),
      'model.weights.h5': weights,
    },
    { level: 0 },
  );
/** The group of a Dense layer's two arrays. */
const denseGroup = (i: number): [string, Item] => [
  i === 0 ? 'dense' : `dense_${i}`,
  { vars: { 0: { shape: [1, 1], data: Float32Array.of(1) }, 1: { shape: [1], data: Float32Array.of(i) } } },
];

const linear = (i: number): [string, object][] => [
  [`l${i}.weight`, { dtype: 'F32', shape: [1, 1], data_offsets: [8 * i, 8 * i + 4] }],
  [`l${i}.bias`, { dtype: 'F32', shape: [1], data_offsets: [8 * i + 4, 8 * i + 8] }],
];
/** A checkpoint of N layers whose tensors are parts of one storage. */
function checkpoint(n: number): Uint8Array {
  const storage = id('a', 'Float', 2 * n);
  const one = (name: string, offset: number, shape: number[]) =>
    text(name) + tensor(storage, { offset, shape, strides: shape.map(() => 1) });
  const items = many(n, (i) => one(`l${i}.weight`, 2 * i, [1, 1]) + one(`l${i}.bias`, 2 * i + 1, [1]));
  const pickle = Uint8Array.from(`\x80\x02}(${items.join('')}u.`, (c) => c.charCodeAt(0));
  return zipSync({ 'm/data.pkl': pickle, 'm/data/a': new Uint8Array(8 * n) }, { level: 0 });
}

const number = new Uint8Array(4);
const variable = (i: number): number[] => [
  ...field(1, 1),
  ...field(2, field(2, field(1, 1))),
  ...field(4, 4 * i),
  ...field(5, 4),
  53,
  ...u32(crc32c(number)),
];

const activations = (n: number): ModelSpec => ({
  inputs: [{ name: 'X', features: 4 }],
  nodes: many(n, (i) => ({ type: 'activation', name: link(i + 1, n), inputs: [link(i, n)], activation: 'tanh' })),
  outputs: ['Y'],
  tensors: {},
});

/** The topology of a state dict. */
const LINEARS = (n: number): object => ({
  inputSize: 1,
  layers: many(n, (i) => ({ type: 'linear', prefix: `l${i}` })),
});

type Make = (n: number) => Uint8Array[];
const FILES: readonly [
  reader: Reader,
  what: string,
  make: Make,
  nodes: (n: number) => number,
  options?: (n: number) => object,
][] = [
  [
    'onnx',
    'nodes in a chain',
    (n) => [model({ nodes: many(n, (i) => node('Tanh', link(i, n), link(i + 1, n))) })],
    (n) => n + 1,
  ],
  [
    'onnx',
    'layers, a tensor each',
    (n) => [
      model({
        nodes: many(n, (i) => node('MatMul', `${link(i, n)} w${i}`, link(i + 1, n))),
        inputs,
        init: Object.fromEntries(many(n, (i) => [`w${i}`, floats([2, 2])])),
      }),
    ],
    (n) => n,
  ],
  [
    'onnx',
    'inputs, added, with `limits.bytes`',
    (n) => {
      const all = Object.fromEntries(many(n, (i) => [`x${i}`, { dims: ['batch', 'time', 2] }]));
      return [model({ nodes: [node('Sum', Object.keys(all).join(' '))], inputs: all })];
    },
    (n) => n - 1,
    // A declared input is 45 bytes of the file, and as objects more than 16 times that.
    () => ({ limits: { bytes: 2 ** 30 } }),
  ],
  [
    'keras',
    'layers of a Sequential, without weights',
    (n) => [
      kerasFile(
        many(n, (i) => ({ class_name: 'ReLU', config: { name: `y${i}` } })),
        hdf5({}),
      ),
    ],
    (n) => n,
  ],
  [
    'keras',
    'layers of a Sequential, two arrays each in HDF5',
    (n) => [
      kerasFile(
        many(n, (i) => ({ class_name: 'Dense', config: { name: `y${i}`, units: 1 } })),
        hdf5({ layers: Object.fromEntries(many(n, denseGroup)) }),
      ),
    ],
    (n) => n,
  ],
  [
    'tfjs',
    'layers, two tensors each',
    (n) => [layersModel('Sequential', many(n, dense), {}, many(n, denseWeights).flat()), new Uint8Array(8 * n)],
    (n) => n,
  ],
  [
    'tfjs',
    'layers of a graph',
    (n) => [
      layersModel('Functional', [x, ...many(n, relu)], {
        input_layers: [['x', 0, 0]],
        output_layers: [[`y${n - 1}`, 0, 0]],
      }),
    ],
    (n) => n,
  ],
  [
    'pytorch',
    'layers of a safetensors file, two tensors each',
    (n) => [file(Object.fromEntries(many(n, linear).flat()), 8 * n)],
    (n) => n,
    LINEARS,
  ],
  ['pytorch', 'layers of a checkpoint, two tensors each', (n) => [checkpoint(n)], (n) => n, LINEARS],
  [
    'bundle',
    'variables of a checkpoint',
    (n) => [
      // The names are in order, as the index has them.
      table([...many(n, (i) => entry(`${i}`.padStart(7, '0'), variable(i))).flat(), ...noRestarts]),
      new Uint8Array(4 * n),
    ],
    (n) => n,
  ],
  [
    'rtneural',
    'layers, two tensors each',
    (n) => [
      json({
        in_shape: [null, null, 1],
        layers: many(n, () => ({ type: 'dense', activation: '', shape: [null, null, 1], weights: [[[1]], [1]] })),
      }),
    ],
    (n) => n,
  ],
  [
    'nam',
    'layers',
    // A cell of one unit has 14 numbers, the head 2.
    (n) => [
      json({
        version: '0.5.0',
        architecture: 'LSTM',
        config: { input_size: 1, hidden_size: 1, num_layers: n },
        weights: many(14 * n + 2, () => 0.12345),
        sample_rate: 48_000,
      }),
    ],
    (n) => n + 1,
  ],
  ['safetensors', 'nodes of our own container', (n) => [toSafetensors(activations(n))], (n) => n],
  ['model', 'nodes of a spec, made and run', (n) => [json(activations(n))], () => 1],
];

/** A file of N, and how many nodes come of it. */
export const scalingFiles = (n: number): readonly HostileFile[] =>
  FILES.map(([reader, what, make, nodes, options]) => ({
    name: what,
    reader,
    files: () => make(n),
    says: nodes(n),
    ...(options && { options: options(n) }),
  }));
