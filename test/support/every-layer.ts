import type { CellConfig, ModelSpec, NodeSpec } from '../../src/index.js';
import { integerLstmSpec } from './integer-lstm.js';
import { newerCell } from './newer.js';
import { SpecBuilder } from './random.js';

// Every type of layer, in a model that runs it in each step: over the step's one timestep, or over a sequence of fixed time that
// is made of it.

/** Of the model's input. */
export const FEATURES = 8;
const TIME = 4;

type Make = (builder: SpecBuilder) => object;
const named = { name: 'y' };

/** Layers over `x`, one timestep of 8 features. */
const FRAME: Record<string, Make> = {
  lstm: (b) => b.cell('lstm', 'c', FEATURES, 5),
  gru: (b) => b.cell('gru', 'c', FEATURES, 5),
  rnn: (b) => b.cell('rnn', 'c', FEATURES, 5),
  fast_grnn: (b) => newerCell('fast_grnn', b, 'c', FEATURES, 5),
  rounded_lstm: (b) => ({ ...b.cell('lstm', 'c', FEATURES, 5), rule: 'asymmetric' }),
  round_rows: () => ({ rule: 'xnnpack' }),
  rescale: () => ({ scales: [0.7], halves: 'up', low: -20, high: 9 }),
  integer_lstm: (b) => {
    const { nodes, tensors } = integerLstmSpec({ units: 5, projection: 3, peepholes: true }, FEATURES);
    Object.assign(b.tensors, tensors);
    return nodes[0] as object;
  },
  min_gru: (b) => newerCell('min_gru', b, 'c', FEATURES, 5, { positive: true }),
  min_lstm: (b) => newerCell('min_lstm', b, 'c', FEATURES, 5),
  sru: (b) => newerCell('sru', b, 'c', FEATURES, 8, { highway: 'input', scale: 1.5 }),
  ssru: (b) => newerCell('ssru', b, 'c', FEATURES, 5),
  qrnn: (b) => newerCell('qrnn', b, 'c', FEATURES, 5, { pooling: 'ifo' }),
  layer_norm_lstm: (b) =>
    newerCell('layer_norm_lstm', b, 'c', FEATURES, 5, { normalised: 'products', cellNorm: 'state' }),
  cfc: (b) => newerCell('cfc', b, 'c', FEATURES, 5, { backbone: { units: 7, layers: 2, activation: 'silu' } }),
  cfc_pure: (b) => newerCell('cfc_pure', b, 'c', FEATURES, 5),
  slstm: (b) => newerCell('slstm', b, 'c', FEATURES, 6, { heads: 2 }),
  ltc: (b) => newerCell('ltc', b, 'c', FEATURES, 5),
  dense: (b) => ({ units: 5, tensors: { weight: b.tensor('w', 5, FEATURES) }, activation: 'gelu' }),
  layer_norm: () => ({ epsilon: 0.1, tensors: {} }),
  activation: () => ({ activation: 'mish' }),
  softmax: () => ({}),
  log_softmax: () => ({}),
  dropout: () => ({}),
  masking: () => ({ maskValue: 0 }),
  unmask: () => ({}),
  scale_shift: (b) => ({ tensors: { scale: b.tensor('s', FEATURES), shift: b.tensor('t', FEATURES) } }),
  batch_norm: (b) => ({ epsilon: 1, tensors: { mean: b.tensor('m', FEATURES), variance: b.tensor('v', FEATURES) } }),
  prelu: (b) => ({ tensors: { alpha: b.tensor('a', FEATURES) } }),
  rearrange: () => ({ shape: [2, 4], order: [1, 0] }),
  conv2d: (b) => ({
    channels: 2,
    filters: 4,
    kernelSize: [3, 3],
    groups: 2,
    padding: ['causal', [1, 1]],
    tensors: { weight: b.tensor('w', 4, 3, 3, 1) },
    activation: 'tanh',
  }),
  conv_transpose2d: (b) => ({
    channels: 2,
    filters: 3,
    kernelSize: [2, 3],
    stride: [1, 2],
    crop: ['causal', [1, 1]],
    tensors: { weight: b.tensor('w', 3, 2, 3, 2) },
  }),
  max_pool2d: () => ({
    channels: 2,
    poolSize: [1, 2],
    stride: [1, 1],
    padding: [
      [0, 0],
      [1, 0],
    ],
  }),
  average_pool2d: () => ({ channels: 2, poolSize: [1, 3], stride: [1, 2], padding: [[0, 0], 'same_upper'] }),
  group_norm: (b) => ({
    channels: 4,
    groups: 2,
    axes: ['frequency'],
    epsilon: 0.1,
    tensors: { gamma: b.tensor('g', 4), beta: b.tensor('h', 4) },
  }),
  upsample_frequency: () => ({ channels: 2, factor: 3 }),
  each_frame: (b) => ({ channels: 2, layer: b.cell('gru', 'c', 2, 3) }),
  each_frame2d: (b) => ({
    rows: 2,
    layer: {
      type: 'conv2d',
      channels: 2,
      filters: 3,
      kernelSize: [2, 2],
      padding: ['same_upper', [0, 1]],
      tensors: { weight: b.tensor('w', 3, 2, 2, 2) },
    },
  }),
  conv_lstm: (b) => ({
    channels: 2,
    filters: 3,
    rows: 2,
    kernelSize: [2, 2],
    padding: ['same_upper', [0, 1]],
    tensors: { weightIh: b.tensor('w', 12, 2, 2, 2), weightHh: b.tensor('u', 12, 2, 2, 3), biasIh: b.tensor('b', 12) },
  }),
  each_frequency: (b) => ({ channels: 2, layer: b.cell('lstm', 'c', 2, 3) }),
};

/** Layers over `s`, 4 timesteps of 2 features. */
const SEQUENCE: Record<string, Make> = {
  reduce: () => ({ operation: 'mean', axis: 'time' }),
  arg_reduce: () => ({ operation: 'max', axis: 'time' }),
  cumsum: () => ({ axis: 'time', reverse: true }),
  pad: () => ({ axis: 'time', before: 1, after: 2, mode: 'reflect' }),
  slice: () => ({ axis: 'time', start: 1, step: 2 }),
  timestep: () => ({ index: 1 }),
  reverse: () => ({}),
  reshape: () => ({ shape: [2, 4] }),
  regroup: () => ({ factor: 2, into: 'time' }),
  transpose: () => ({}),
  repeat: () => ({ count: 3 }),
  max_pool1d: () => ({ poolSize: 2, stride: 1, padding: [1, 0] }),
  average_pool1d: () => ({ poolSize: 2, stride: 1, padding: 'same_upper', countPadding: true }),
  conv1d: (b) => ({
    filters: 4,
    kernelSize: 3,
    groups: 2,
    padding: [1, 1],
    tensors: { weight: b.tensor('w', 4, 3, 1) },
    activation: 'tanh',
  }),
  conv_transpose1d: (b) => ({ filters: 3, kernelSize: 2, stride: 2, tensors: { weight: b.tensor('w', 3, 2, 2) } }),
};

/** Layers over several values, by their inputs. */
const SEVERAL: Record<string, readonly [inputs: readonly string[], fields?: object]> = {
  matmul: [['s', 's'], { transposeB: true }],
  where: [['x', 'x', 'm']],
  gather_time: [['s', 'index']],
  concatenate: [['s', 's', 's'], { axis: 'time' }],
  attention: [['s', 's', 's'], { heads: 2, scale: 0.5 }],
  additive_attention: [
    ['s', 's', 's'],
    { type: 'attention', heads: 2, scale: 0.5, scores: 'additive', tensors: { weight: 'pair' } },
  ],
  linear_attention: [['x', 'x', 'x', 'x', 'm'], { heads: 2, keyHeads: 2, scale: 0.5, gated: true, delta: true }],
  ...Object.fromEntries(
    ['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'average', 'power'].map((type) => [
      type,
      [['masked', 'masked', 'other']],
    ]),
  ),
  ...Object.fromEntries(
    ['equal', 'less', 'less_equal', 'greater', 'greater_equal'].map((type) => [type, [['x', 'm']]]),
  ),
};

/** The model of a type of layer, which is named `y`. */
export function modelOf(type: string): ModelSpec {
  const builder = new SpecBuilder(1);
  const node = (fields: object): NodeSpec => ({ ...named, type, ...fields }) as NodeSpec;
  builder
    .add({ type: 'timestep', name: 'v', inputs: ['x'], index: -1 })
    .add({ type: 'reshape', name: 's', inputs: ['v'], shape: [TIME, FEATURES / TIME] })
    .add({ type: 'slice', name: 'm', inputs: ['x'], axis: 'features', start: 0, count: 1 })
    .add({ type: 'constant', name: 'index', inputs: [], tensors: { value: 'two' } })
    .add({ type: 'masking', name: 'masked', inputs: ['x'], maskValue: 0 })
    .add({ type: 'masking', name: 'other', inputs: ['x'], maskValue: 1 });
  builder.tensors.pair = { shape: [2], data: Float32Array.of(1.5, -0.5) };
  builder.tensors.two = { shape: [1], data: Float32Array.of(2) };
  if (type in FRAME) builder.add(node({ inputs: ['x'], ...FRAME[type]?.(builder), type }));
  else if (type in SEQUENCE) builder.add(node({ inputs: ['s'], ...SEQUENCE[type]?.(builder) }));
  else if (type in SEVERAL) builder.add(node({ inputs: SEVERAL[type]?.[0], ...SEVERAL[type]?.[1] }));
  else if (type === 'constant') {
    builder.add({ type, name: 'k', inputs: [], tensors: { value: builder.tensor('k', FEATURES) } });
    builder.add({ type: 'add', ...named, inputs: ['x', 'k'] });
  } else if (type === 'bidirectional') {
    const half = (name: string): CellConfig => builder.cell('gru', name, FEATURES / TIME, 3);
    builder.add(node({ inputs: ['s'], merge: 'sum', forward: half('f'), backward: half('b') }));
  } else if (type === 'embedding') {
    const tensors = { weight: builder.tensor('w', 9, 3) };
    return {
      inputs: [{ name: 'x', features: 1, dtype: 'int32' }],
      nodes: [{ type, ...named, inputs: ['x'], tensors, maskZero: true }],
      outputs: ['y'],
      tensors: builder.tensors,
    };
  }
  return builder.spec(FEATURES, ['y']);
}
