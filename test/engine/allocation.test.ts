import { describe, expect, it } from 'vitest';
import { ModelEngine } from '../../src/engine/engine.js';
import {
  type Build,
  type CellConfig,
  createModel,
  type Input,
  type ModelSpec,
  type NodeSpec,
} from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import { loadKernels } from '../../src/wasm/module.js';
import { ON_DEMAND } from '../../src/wasm/on-demand.js';
import { builds } from '../support/builds.js';
import { int8Spec } from '../support/int8.js';
import { randomFloats, SpecBuilder } from '../support/random.js';

const collect = (globalThis as { gc?: () => void }).gc;

// Every type of layer, in a model that runs it in each step: over the step's one timestep, or over a sequence of fixed time that
// is made of it.

const FEATURES = 8;
const TIME = 4;
const STEPS = 20_000;

type Make = (builder: SpecBuilder) => object;
const named = { name: 'y' };

/** Layers over `x`, one timestep of 8 features. */
const FRAME: Record<string, Make> = {
  lstm: (b) => b.cell('lstm', 'c', FEATURES, 5),
  gru: (b) => b.cell('gru', 'c', FEATURES, 5),
  rnn: (b) => b.cell('rnn', 'c', FEATURES, 5),
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

function modelOf(type: string): ModelSpec {
  const builder = new SpecBuilder(1);
  const node = (fields: object): NodeSpec => ({ ...named, type, ...fields }) as NodeSpec;
  builder
    .add({ type: 'timestep', name: 'v', inputs: ['x'], index: -1 })
    .add({ type: 'reshape', name: 's', inputs: ['v'], shape: [TIME, FEATURES / TIME] })
    .add({ type: 'slice', name: 'm', inputs: ['x'], axis: 'features', start: 0, count: 1 })
    .add({ type: 'constant', name: 'index', inputs: [], tensors: { value: 'two' } })
    .add({ type: 'masking', name: 'masked', inputs: ['x'], maskValue: 0 })
    .add({ type: 'masking', name: 'other', inputs: ['x'], maskValue: 1 });
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

/** Of these once more with int8 weights. */
const INT8 = ['lstm', 'gru', 'rnn', 'dense', 'embedding', 'conv1d'].map((type) => `int8 ${type}`);

async function stepOf(entry: string, build: Build): Promise<() => void> {
  const type = entry.replace('int8 ', '');
  const spec = type === entry ? modelOf(type) : int8Spec(modelOf(type));
  const stream = (await createModel(spec, { build })).createStream();
  const frame = type === 'embedding' ? Int32Array.of(3) : randomFloats(FEATURES, 1);
  const out = new Float32Array(stream.run(frame as Input).length);
  return () => stream.step(frame, out);
}

/** What a step runs, for a layer that no stream takes. */
async function planOf(type: string, build: Build): Promise<() => void> {
  const engine = new ModelEngine(modelOf(type), await loadKernels({ build }, ON_DEMAND), undefined, allLayers);
  const plan = engine.plans.hold({ batch: 1, time: 1, masked: false, zeroMasked: false });
  const state = engine.newState(1);
  return () => plan.run(state);
}

describe.runIf(collect).each(builds)('a stream step allocates nothing in JS, %s', (build) => {
  it.each([...Object.keys(allLayers), ...INT8])('%s', async (type) => {
    const step = type === 'bidirectional' ? await planOf(type, build) : await stepOf(type, build);
    const steps = (count: number): void => {
      for (let i = 0; i < count; i++) step();
    };
    // The engine's own bookkeeping (tier-up, feedback) comes and goes; an allocation in the step would be in every round.
    // Where the machine is busy it takes some rounds until the step is compiled.
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 40 && least > 2 * STEPS; round++) {
      collect?.();
      const before = process.memoryUsage().heapUsed;
      steps(STEPS);
      least = Math.min(least, process.memoryUsage().heapUsed - before);
    }
    // 8 bytes a step is the least that a heap object can be.
    expect(least / STEPS).toBeLessThan(4);
  });
});
