import { describe, expect, it } from 'vitest';
import { createModel, type Model, type ModelSpec } from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import { factsOf } from '../../src/many/facts.js';
import type { Output, RowResult, Sequence, Sharing } from '../../src/many/messages.js';
import { runRows } from '../../src/many/run-rows.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { FEATURES, modelOf } from '../support/every-layer.js';
import { INT8_STACKS } from '../support/int8-stacks.js';
import { type CellOptions, randomFloats, SpecBuilder } from '../support/random.js';
import { STACKS } from '../support/stacks.js';

const named = (type: 'lstm' | 'gru' | 'rnn', options: CellOptions) =>
  new SpecBuilder(3).recurrent(type, 'a', 'x', FEATURES, 9, options).dense('y', 'a', 9, 2).spec(FEATURES);

/** Models that rows of different lengths could come out of wrong: they end with the last timestep, go backwards, mask of themselves. */
const DELICATE: readonly (readonly [string, ModelSpec, Sharing])[] = [
  ['the last timestep only', named('lstm', { returnSequences: false }), 'padded'],
  ['masks of its own', masked(), 'padded'],
  ['masks of its own, the last timestep only', masked({ returnSequences: false }), 'padded'],
  [
    'both ways',
    new SpecBuilder(4).bidirectional('gru', 'a', 'x', FEATURES, 5).dense('y', 'a', 10, 2).spec(FEATURES),
    'padded',
  ],
  ['backwards', named('lstm', { goBackwards: true }), 'equal'],
  ['backwards, the last timestep only', named('gru', { goBackwards: true, returnSequences: false }), 'equal'],
  ['a convolution after a layer', convolved(), 'equal'],
  ['the mean over time', reduced(), 'equal'],
];

function masked(options: CellOptions = {}): ModelSpec {
  const builder = new SpecBuilder(5).add({ type: 'masking', name: 'm', inputs: ['x'], maskValue: 0 });
  return builder.recurrent('lstm', 'a', 'm', FEATURES, 9, options).spec(FEATURES);
}

function convolved(): ModelSpec {
  const builder = new SpecBuilder(6).recurrent('gru', 'a', 'x', FEATURES, 4);
  const tensors = { weight: builder.tensor('w', 3, 3, 4), bias: builder.tensor('b', 3) };
  return builder
    .add({ type: 'conv1d', name: 'y', inputs: ['a'], filters: 3, kernelSize: 3, padding: [1, 1], tensors })
    .spec(FEATURES);
}

function reduced(): ModelSpec {
  const builder = new SpecBuilder(7).recurrent('rnn', 'a', 'x', FEATURES, 4);
  return builder.add({ type: 'reduce', name: 'y', inputs: ['a'], operation: 'mean', axis: 'time' }).spec(FEATURES);
}

/** Without the nodes that nothing of the outputs is made of, which would tell of another kind of model. */
function needed(spec: ModelSpec): ModelSpec {
  const names = new Set(spec.outputs);
  const nodes = [...spec.nodes].reverse().filter(({ name, inputs }) => {
    if (!names.has(name)) return false;
    for (const input of inputs) names.add(input);
    return true;
  });
  return { ...spec, nodes: nodes.reverse() };
}

type Entry = readonly [string, ModelSpec, number];
const ENTRIES: Entry[] = [
  ...DELICATE.map(([name, spec]): Entry => [name, spec, FEATURES]),
  ...STACKS,
  ...INT8_STACKS.map(([name, spec, features]): Entry => [`int8 ${name}`, spec, features]),
  ...Object.keys(allLayers).map(
    (type): Entry => [`layer ${type}`, needed(modelOf(type)), type === 'embedding' ? 1 : FEATURES],
  ),
];

/** A sequence; of numbers some timesteps are zeros, which masks are made of, of ids some. */
function sequence(spec: ModelSpec, features: number, time: number, seed: number): Float32Array {
  const numbers = randomFloats(time * features, seed);
  const ids = spec.inputs[0]?.dtype === 'int32';
  return numbers.map((x, i) => {
    if ((Math.floor(i / features) + seed) % 4 === 1) return 0;
    return ids ? Math.floor(Math.abs(x) * 9) : x;
  });
}

function outputsOf(results: readonly RowResult[]): Output[] {
  return results.map((result) => {
    expect(result).toHaveProperty('output');
    return (result as { output: Output }).output;
  });
}

/** Each row's result together with the others has the bits that it has from the model alone. */
function expectAsAlone(model: Model, rows: readonly Sequence[]): void {
  const [together, alone] = [outputsOf(runRows(model, rows, true)), outputsOf(runRows(model, rows, false))];
  together.forEach((output, row) => {
    const expected = alone[row] as Output;
    if (output instanceof Float32Array) {
      expectSameBits(output, expected as Float32Array);
      return;
    }
    expect(Object.keys(output)).toEqual(Object.keys(expected));
    for (const [name, { data, shape, axes }] of Object.entries(output)) {
      const wanted = (expected as typeof output)[name] as typeof output.x;
      expectSameBits(data, wanted?.data as Float32Array);
      expect([shape, axes]).toEqual([wanted?.shape, wanted?.axes]);
    }
  });
}

describe.each(builds)('sequences in one run, %s', (build) => {
  it.each(ENTRIES)('have the bits they have alone: %s', async (_, spec, features) => {
    const model = await createModel(spec, { build, layers: allLayers });
    const { sharing } = factsOf(model);
    const times = sharing === 'padded' ? [7, 3, 12, 12, 1, 9] : [8, 8, 8];
    const rows = times.map((time, i) => sequence(spec, features, time, i));
    expectAsAlone(model, rows);
    expectAsAlone(
      model,
      rows.map((x) => ({ x })),
    );
    model.dispose();
  });

  it('share a run whatever their lengths where all layers take each timestep by itself', async () => {
    const shared = await Promise.all(
      Object.keys(allLayers).map(async (type) => {
        const model = await createModel(needed(modelOf(type)), { build, layers: allLayers });
        return factsOf(model).sharing === 'padded' ? [type] : [];
      }),
    );
    expect(shared.flat().sort()).toEqual(
      [
        ...[
          'activation',
          'add',
          'average',
          'batch_norm',
          'dense',
          'divide',
          'dropout',
          'embedding',
          'gru',
          'layer_norm',
        ],
        ...['log_softmax', 'lstm', 'masking', 'maximum', 'minimum', 'multiply', 'prelu', 'rearrange', 'rnn'],
        ...['scale_shift', 'softmax', 'subtract', 'integer_lstm', 'rounded_lstm', 'round_rows', 'rescale', 'fast_grnn'],
        ...['min_gru', 'min_lstm', 'sru', 'ssru', 'qrnn', 'layer_norm_lstm', 'cfc', 'cfc_pure', 'slstm', 'ltc'],
      ].sort(),
    );
  });

  it.each(DELICATE)('share a run as far as that changes no bit: %s', async (_, spec, sharing) => {
    expect(factsOf(await createModel(spec, { build })).sharing).toBe(sharing);
  });
});

it('models of several inputs and outputs, whatever axes their files have', async () => {
  const builder = new SpecBuilder(8).recurrent('lstm', 'a', 'x', 4, 6).add({
    type: 'timestep',
    name: 'last',
    inputs: ['a'],
    index: -1,
  });
  builder.add({ type: 'add', name: 'sum', inputs: ['last', 'v'] });
  const spec: ModelSpec = {
    inputs: [
      { name: 'x', features: 4 },
      { name: 'v', features: 6, kind: 'vector' },
    ],
    nodes: builder.nodes,
    outputs: ['a', 'sum', 'last'],
    tensors: builder.tensors,
    layouts: {
      a: { axes: [2, 'time', 3, 'batch'] },
      sum: { axes: ['batch', 6] },
      last: { axes: [3, 'batch', 2] },
    },
  };
  const model = await createModel(spec);
  expect(factsOf(model)).toMatchObject({ sharing: 'equal', features: undefined, outputs: 18 });
  expectAsAlone(
    model,
    [1, 2, 3].map((seed) => ({ x: randomFloats(20, seed), v: randomFloats(6, seed + 9) })),
  );
});

it('one that is wrong has its own error, and the others their results', async () => {
  const model = await createModel(modelOf('embedding'));
  const rows = [Int32Array.of(1, 2), Int32Array.of(3, 99), Int32Array.of(4, 0)] as never[];
  const results = runRows(model, rows, true);
  expect(results[1]).toEqual({ error: expect.objectContaining({ name: 'InputError', got: '99' }) });
  expectSameBits((results[2] as { output: Float32Array }).output, model.run(rows[2] as never));
});
