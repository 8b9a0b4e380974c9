import { strToU8, zipSync } from 'fflate';
import { crc32c } from '../../src/importers/tensorflow/crc32c.js';
import type { HostileFile } from '../importers/little-heap.js';
import { floats, ints, model, node } from '../importers/onnx/build.js';
import { chain, int8, product, time } from '../importers/onnx/hostile-files.js';
import { dict, id, stream, tensor } from '../importers/pytorch/pickles.js';
import { entry, field, noRestarts, table, u32 } from '../importers/tensorflow/table.js';

// Small files that once ended or hung the process, beside those that the importers' own tests read, and the like of them elsewhere.

const json = (value: unknown): Uint8Array => strToU8(JSON.stringify(value));
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const MB = 2 ** 20;

const ONNX: readonly (readonly [name: string, bytes: () => Uint8Array, says: RegExp | number])[] = [
  ['a product of matrices of 8192 by 8192', () => product(8192), /too many bytes|too many operations/],
  [
    'a size squared 22 times',
    () =>
      model({
        nodes: [
          ...time,
          ...chain(22, (from, to) => node('Mul', `${from} ${from}`, to), 't', 'u'),
          node('Cast', 'u', 'f', { to: 1 }),
          node('Mul', 'X f'),
        ],
        init: { one: ints([1], []) },
      }),
    /a size that is made of very many others/,
  ],
  [
    'a size added to itself 40 times',
    () =>
      model({
        nodes: [
          ...time,
          ...chain(40, (from, to) => node('Add', `${from} ${from}`, to), 't', 'u'),
          node('Cast', 'u', 'f', { to: 1 }),
          node('Mul', 'X f'),
        ],
        init: { one: ints([1], []) },
      }),
    6,
  ],
  [
    'a shape repeated in itself 30 times',
    () =>
      model({
        nodes: [
          ...chain(30, (from, to) => node('Concat', `${from} ${from}`, to, { axis: 0 }), 'd', 'u'),
          node('Add', 'X u'),
        ],
        init: { d: ints([1, 2]) },
      }),
    /too many (bytes|operations|numbers)/,
  ],
  [
    'features repeated in themselves 30 times',
    () => model({ nodes: chain(30, (from, to) => node('Concat', `${from} ${from}`, to, { axis: 2 }), 'X', 'Y') }),
    30,
  ],
  [
    'features tiled by 2^29',
    () => model({ nodes: [node('Tile', 'X d')], init: { d: ints([1, 1, 2 ** 29]) } }),
    /too many numbers/,
  ],
  [
    'a pad of 2^31 features',
    () => model({ nodes: [node('Pad', 'X p')], init: { p: ints([0, 0, 0, 0, 0, 2 ** 31]) } }),
    2,
  ],
  [
    '200 axes',
    () =>
      model({
        nodes: [node('Reshape', 'X d', 'r'), node('Tanh', 'r')],
        init: { d: ints(many(200, (i) => (i === 0 ? -1 : 1))) },
      }),
    3,
  ],
  [
    '2,000 axes of size 1',
    () =>
      model({ nodes: [node('Unsqueeze', 'X a', 'r'), node('Tanh', 'r')], init: { a: ints(many(2000, (i) => i + 3)) } }),
    2,
  ],
  [
    '20,000 operands of one node',
    () => model({ nodes: [node('Concat', many(20_000, () => 'X').join(' '), 'Y', { axis: 2 })] }),
    1,
  ],
  [
    '20,000 outputs of one split',
    () =>
      model({
        nodes: [
          node('Split', 'X', many(20_000, (i) => `p${i}`).join(' '), { axis: 2 }),
          node('Concat', many(20_000, (i) => `p${i}`).join(' '), 'Y', { axis: 2 }),
        ],
        inputs: { X: { dims: ['batch', 'time', 20_000] } },
        opset: 11,
      }),
    20_001,
  ],
  [
    'int8 weights of 4 MB that no reading honours',
    () =>
      model({
        nodes: [node('DequantizeLinear', 'W scale', 'w'), node('MatMul', 'X w', 'm'), node('Celu', 'm', 'Y')],
        inputs: { X: { dims: ['a', 'b', 2000] } },
        init: { W: int8(2000, 2000), scale: floats([], [0.01]) },
      }),
    /an operator that is not honoured/,
  ],
  [
    'a thousand inputs of open sizes',
    () => {
      const inputs = Object.fromEntries(many(1000, (i) => [`x${i}`, { dims: [`a${i}`, `b${i}`, 6] }]));
      return model({ nodes: [node('Sum', Object.keys(inputs).join(' '))], inputs });
    },
    999,
  ],
  [
    'an equation of 100,000 letters',
    () =>
      model({ nodes: [node('Einsum', 'X X', 'Y', { equation: `${'b'.repeat(50_000)},${'b'.repeat(50_000)}->b` })] }),
    /labels that do not fit/,
  ],
  [
    '200 nodes with names of 20,000 letters',
    () =>
      model({
        nodes: chain(200, (from, to) => node('Tanh', from, to), 'X', 'Y').map((one) => ({
          ...one,
          name: 'n'.repeat(20_000),
        })),
      }),
    201,
  ],
  [
    'a constant of 2^50 numbers',
    () =>
      model({
        nodes: [node('ConstantOfShape', 'd', 'c'), node('Gather', 'c zero', 'r'), node('Add', 'X r')],
        init: { d: ints([2 ** 50]), zero: ints([0], []) },
      }),
    /too many numbers/,
  ],
  [
    'ranges of 60 million numbers, ten of them',
    () =>
      model({
        nodes: [
          ...many(10, (i) => node('Range', 'a b c', `r${i}`)),
          node('Sum', many(10, (i) => `r${i}`).join(' '), 'u'),
          node('ReduceSum', 'u', 'v', { keepdims: 0 }),
          node('Cast', 'v', 'w', { to: 1 }),
          node('Add', 'X w'),
        ],
        init: { a: ints([0], []), b: ints([60_000_000], []), c: ints([1], []) },
      }),
    /too many bytes/,
  ],
];

/** A model.json with these layers and weights; every weight of zeros. */
const layersModel = (
  layers: unknown[],
  weights: unknown[] = [],
  className = 'Sequential',
  config = {},
  paths = ['a'],
): Uint8Array =>
  json({
    format: 'layers-model',
    modelTopology: {
      keras_version: '2.15.0',
      model_config: { class_name: className, config: { name: 'm', layers, ...config } },
    },
    weightsManifest: [{ paths, weights }],
  });
const input = {
  class_name: 'InputLayer',
  name: 'x',
  config: { name: 'x', batch_input_shape: [null, 4] },
  inbound_nodes: [],
};
/** A graph of activations, the layers in this order. */
const activations = (order: readonly number[]): Uint8Array =>
  layersModel(
    [
      input,
      ...order.map((i) => ({
        class_name: 'ReLU',
        name: `y${i}`,
        config: { name: `y${i}` },
        inbound_nodes: [[[i === 0 ? 'x' : `y${i - 1}`, 0, 0, {}]]],
      })),
    ],
    [],
    'Functional',
    { input_layers: [['x', 0, 0]], output_layers: [[`y${order.length - 1}`, 0, 0]] },
    [],
  );
const dense = (i: number) => ({
  class_name: 'Dense',
  config: { name: `d${i}`, units: 1, ...(i === 0 && { batch_input_shape: [null, 1] }) },
});
const denseWeights = (i: number) => [
  { name: `d${i}/kernel`, shape: [1, 1], dtype: 'float32' },
  { name: `d${i}/bias`, shape: [1], dtype: 'float32' },
];
const keras3 = (config: unknown, weights: Uint8Array = new Uint8Array(8)): Uint8Array =>
  zipSync({
    'config.json': json(config),
    'metadata.json': strToU8('{"keras_version":"3.9.0"}'),
    'model.weights.h5': weights,
  });

const KERAS: readonly (readonly [
  name: string,
  reader: 'keras' | 'tfjs',
  files: () => Uint8Array[],
  says: RegExp | number,
])[] = [
  ['1,200 layers out of order', 'tfjs', () => [activations(many(1200, (i) => 1199 - i))], 1200],
  ['20,000 layers out of order', 'tfjs', () => [activations(many(20_000, (i) => 19_999 - i))], 20_000],
  [
    '3,000 layers with weights',
    'tfjs',
    () => [layersModel(many(3000, dense), many(3000, denseWeights).flat()), new Uint8Array(3000 * 8)],
    3000,
  ],
  [
    'one shard named 3,000 times',
    'tfjs',
    () => [
      layersModel(
        [dense(0)],
        [{ name: 'd0/kernel', shape: [1, 750 * MB], dtype: 'float32' }],
        'Sequential',
        {},
        many(3000, () => 'a'),
      ),
      new Uint8Array(MB),
    ],
    /too many operations/,
  ],
  [
    'a name of 500,000 scopes',
    'tfjs',
    () => [
      layersModel([dense(0)], [{ name: `${'a/'.repeat(500_000)}d0/kernel`, shape: [1, 1], dtype: 'float32' }]),
      new Uint8Array(4),
    ],
    /wrong number of weights|no such weight|weights of no layer/,
  ],
  [
    '60,000 weights of no numbers',
    'tfjs',
    () => [
      layersModel(
        [dense(0)],
        many(60_000, (i) => ({ name: `d0/w${i}`, shape: [0], dtype: 'float32' })),
      ),
      new Uint8Array(0),
    ],
    /wrong number of weights|weights of no layer/,
  ],
  [
    '2^40 timesteps of one',
    'tfjs',
    () => [layersModel([input, { class_name: 'RepeatVector', config: { name: 'r', n: 2 ** 40 } }]), new Uint8Array(0)],
    1,
  ],
  [
    'a list of millions for a name',
    'keras',
    () => [keras3({ class_name: many(2 * MB, () => 1), config: {} })],
    /not an HDF5 file/,
  ],
  [
    '4 MB of empty layers',
    'keras',
    () => [keras3({ class_name: 'Sequential', config: { name: 'm', layers: many(1_000_000, () => ({})) } })],
    /too many bytes/,
  ],
  [
    '4 MB of text as an HDF5 file',
    'keras',
    () => [keras3({ class_name: 'Sequential', config: { name: 'm', layers: [] } }, new Uint8Array(4 * MB).fill(0x89))],
    /not an HDF5 file/,
  ],
];

const torch = (name: string, file: () => Uint8Array, says: RegExp): HostileFile => ({
  name,
  reader: 'pytorch',
  files: () => [file()],
  says,
});
const header = (text: string, data = 0): Uint8Array => {
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(strToU8(text), 8);
  return bytes;
};
const OTHERS: readonly HostileFile[] = [
  // BINSTRING by 'T', 4 MB each, again and again: memoised and put together.
  torch(
    'texts of protocol 1, kept and listed',
    () => stream(`T${String.fromCharCode(0, 0, 16, 0)}${'x'.repeat(MB)}q\x01${'h\x01'.repeat(MB)}`),
    /a storage that no tensor has/,
  ),
  torch(
    '255 tensors on one storage',
    () =>
      stream(
        dict(
          Object.fromEntries(
            many(255, (k) => [`l${k}.weight`, tensor(id('a', 'Float', 4), { shape: [2, 2], strides: [0, 0] })]),
          ),
        ),
      ),
    /topology is left open/,
  ),
  torch(
    'a tensor of 2^28 numbers that are one',
    () => stream(dict({ 'l.weight': tensor(id('a'), { shape: [16384, 16384], strides: [0, 0] }) })),
    /a tensor larger than its storage/,
  ),
  torch(
    '40,000 tensors in a header',
    () =>
      header(
        `{${many(40_000, (k) => `"l${k}.weight":{"dtype":"F32","shape":[1],"data_offsets":[${4 * k},${4 * k + 4}]}`)}}`,
        160_000,
      ),
    /topology is left open/,
  ),
  {
    name: 'an index of 60,000 variables of no numbers',
    reader: 'bundle',
    files: () => [
      table([
        ...many(60_000, (k) =>
          entry(`${k}`.padStart(6, '0'), [
            ...field(1, 1),
            ...field(2, field(2, field(1, 0))),
            ...field(5, 0),
            53,
            ...u32(crc32c(new Uint8Array(0))),
          ]),
        ).flat(),
        ...noRestarts,
      ]),
      new Uint8Array(0),
    ],
    says: 60_000,
  },
  {
    name: 'two million numbers where 16 are due',
    reader: 'nam',
    files: () => [
      strToU8(
        `{"architecture":"LSTM","config":{"input_size":1,"hidden_size":1,"num_layers":1},"weights":[${'0,'.repeat(2 * MB)}0]}`,
      ),
    ],
    says: /wrong number/,
  },
  {
    name: 'a .nam of 2^53 layers',
    reader: 'nam',
    files: () => [
      json({
        architecture: 'LSTM',
        version: '0.5.0',
        config: { input_size: 1, hidden_size: 1, num_layers: 2 ** 53 - 1 },
        weights: [1],
      }),
    ],
    says: /wrong number/,
  },
  {
    name: 'a .nam of 2^26 units',
    reader: 'nam',
    files: () => [
      json({
        architecture: 'LSTM',
        version: '0.5.0',
        config: { input_size: 1, hidden_size: 2 ** 26, num_layers: 1 },
        weights: [1],
      }),
    ],
    says: /wrong number/,
  },
  {
    name: '60,000 layers for RTNeural',
    reader: 'rtneural',
    files: () => [
      json({
        in_shape: [null, 1],
        layers: many(60_000, () => ({ type: 'activation', activation: 'tanh', shape: [null, 1], weights: [] })),
      }),
    ],
    says: 60_000,
  },
  {
    name: 'a container of a million empty nodes',
    reader: 'safetensors',
    files: () => [
      header(
        JSON.stringify({
          __metadata__: { gatewise: `{"version":1,"inputs":[],"outputs":[],"nodes":[${many(1_000_000, () => '{}')}]}` },
        }),
      ),
    ],
    says: /too many bytes/,
  },
];

/**
 * A spec that would take far more memory than its model is let have, by the words of its few fields. The model is made, and one timestep
 * run; of what the last node makes the first number is the output, as outputs have a limit of their own.
 */
const spec = (name: string, nodes: object[], input: object = { features: 4 }): HostileFile => {
  const { name: last } = nodes.at(-1) as { name: string };
  const first = { type: 'slice', name: 'first', inputs: [last], axis: 'features', start: 0, count: 1 };
  return {
    name: `a spec: ${name}`,
    reader: 'model',
    files: () => [
      json({ inputs: [{ name: 'x', ...input }], nodes: [...nodes, first], outputs: ['first'], tensors: {} }),
    ],
    options: { memoryLimit: 1e6 },
    says: /^MEMORY: /,
  };
};
const at = { name: 'y', inputs: ['x'] };
const wide = { features: 2 ** 29 };
const padded = (axis: string) => ({ ...at, type: 'pad', axis, before: 2 ** 29, after: 2 ** 29, mode: 'constant' });
const SPECS: readonly HostileFile[] = [
  spec('2^29 features rearranged', [{ ...at, type: 'rearrange', shape: [2, 2 ** 28], order: [1, 0] }], wide),
  spec('2^29 features in other places', [{ ...at, type: 'reshape', shape: [2 ** 28, 2] }], { ...wide, kind: 'vector' }),
  spec('2^29 features as timesteps', [{ ...at, type: 'regroup', into: 'time', factor: 2 ** 29 }], wide),
  spec('2^29 features summed', [{ ...at, type: 'cumsum', axis: 'features' }], wide),
  spec('a vector 2^29 times', [{ ...at, type: 'repeat', count: 2 ** 29 }], { features: 4, kind: 'vector' }),
  spec('a timestep 2^29 times', [{ ...at, type: 'repeat', count: 2 ** 29 }]),
  spec('2^30 timesteps of padding', [padded('time')]),
  spec('2^30 features of padding', [padded('features')]),
  spec(
    'features doubled 40 times',
    many(40, (i) => ({
      type: 'concatenate',
      name: `y${i}`,
      inputs: many(2, () => (i === 0 ? 'x' : `y${i - 1}`)),
    })),
  ),
  spec(
    '20,000 activations',
    many(20_000, (i) => ({
      type: 'activation',
      name: `y${i}`,
      inputs: [i === 0 ? 'x' : `y${i - 1}`],
      activation: 'tanh',
    })),
  ),
];

export const ROWS: readonly HostileFile[] = [
  ...ONNX.map(([name, bytes, says]): HostileFile => ({ name, reader: 'onnx', files: () => [bytes()], says })),
  ...KERAS.map(([name, reader, files, says]): HostileFile => ({ name, reader, files, says })),
  ...OTHERS,
  ...SPECS,
];
