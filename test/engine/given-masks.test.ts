import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec, type NodeSpec } from '../../src/index.js';
import { runReference } from '../reference/run.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

// A mask or lengths given with the run, beside plans without one and layers that make masks of their own.

const [BATCH, TIME, FEATURES] = [2, 6, 4];
const MASK = [1, 0, 1, 1, 0, 1, /**/ 0, 1, 1, 0, 1, 0];
const x = randomFloats(BATCH * TIME * FEATURES, 5);
const mean = (input: string): NodeSpec => ({
  type: 'reduce',
  name: `mean.${input}`,
  inputs: [input],
  operation: 'mean',
  axis: 'time',
  masked: true,
});

describe.each(builds)('masks given with the run, %s', (build) => {
  it('runs of one shape with and without mask, with and without lengths, do not share what they prepared', async () => {
    const spec = stack('lstm', FEATURES, 5);
    const lengths = [4, 6];
    const kinds = [{}, { mask: MASK }, { lengths }, { mask: MASK.map((n) => 1 - n) }];
    const alone: Float32Array[] = [];
    for (const options of kinds) {
      const fresh = await createModel(spec, { build });
      alone.push(fresh.run(x, { batch: BATCH, ...options }));
      fresh.dispose();
    }
    const model = await createModel(spec, { build });
    // Every kind after every other.
    for (const first of kinds.keys()) {
      for (const second of kinds.keys()) {
        for (const index of [first, second]) {
          expectSameBits(model.run(x, { batch: BATCH, ...kinds[index] }), alone[index] as Float32Array);
        }
      }
    }
    model.dispose();
  });

  it('a mask and lengths of the same timesteps differ in what is put out', async () => {
    const model = await createModel(new SpecBuilder(1).recurrent('gru', 'a', 'x', FEATURES, 3).spec(FEATURES), {
      build,
    });
    const one = x.subarray(0, TIME * FEATURES);
    const [repeated, zeros] = [model.run(one, { mask: [1, 1, 1, 1, 0, 0] }), model.run(one, { lengths: [4] })];
    expectSameBits(zeros.subarray(0, 12), repeated.subarray(0, 12));
    expectSameBits(repeated.subarray(12), [...repeated.subarray(9, 12), ...repeated.subarray(9, 12)]);
    expect([...zeros.subarray(12)]).toEqual([0, 0, 0, 0, 0, 0]);
    // And again, the other way about, on the plans that are there now.
    expectSameBits(model.run(one, { lengths: [4] }), zeros);
    expectSameBits(model.run(one, { mask: [1, 1, 1, 1, 0, 0] }), repeated);
    model.dispose();
  });

  /** Specs whose masked mean tells which mask arrives; the run's mask holds beside the layer's own. */
  const beside = (): [string, ModelSpec, Float32Array | Int32Array][] => {
    const zeroed = x.slice();
    for (const row of [0, 2, 9]) zeroed.fill(0, row * FEATURES, (row + 1) * FEATURES);
    const ids = Int32Array.from({ length: BATCH * TIME }, (_, i) => (i * 5) % 4);
    const conv = (kernelSize: number, padding: readonly [number, number]) => {
      const builder = new SpecBuilder(8);
      const tensors = { weight: builder.tensor('w', 3, kernelSize, FEATURES), bias: builder.tensor('b', 3) };
      return builder
        .add({ type: 'conv1d', name: 'c', inputs: ['x'], filters: 3, kernelSize, padding, tensors })
        .add(mean('c'))
        .spec(FEATURES, ['c', 'mean.c']);
    };
    const table = new SpecBuilder(2);
    table.tensor('table', 4, 3);
    const embedded = (maskZero: boolean) =>
      new SpecBuilder(2)
        .add({ type: 'embedding', name: 'e', inputs: ['x'], tensors: { weight: 'table' }, maskZero })
        .add(mean('e'));
    const withTable = (maskZero: boolean): ModelSpec => ({
      ...embedded(maskZero).spec(1, ['e', 'mean.e'], 'int32'),
      tensors: table.tensors,
    });
    return [
      [
        'Masking',
        new SpecBuilder(1)
          .add({ type: 'masking', name: 'm', inputs: ['x'], maskValue: 0 })
          .add(mean('m'))
          .spec(FEATURES, ['m', 'mean.m']),
        zeroed,
      ],
      ['maskZero', withTable(true), ids],
      ['an embedding without maskZero', withTable(false), ids],
      ['a convolution of one timestep', conv(1, [0, 0]), x],
      ['a convolution of two timesteps, which hands no mask on', conv(2, [1, 0]), x],
      [
        'both halves of merge none',
        new SpecBuilder(7)
          .bidirectional('gru', 'd', 'x', FEATURES, 3, 'none')
          .add(mean('d.f'))
          .add(mean('d.b'))
          .spec(FEATURES, ['d.f', 'd.b', 'mean.d.f', 'mean.d.b']),
        x,
      ],
      [
        'the merged halves',
        new SpecBuilder(7)
          .bidirectional('lstm', 'd', 'x', FEATURES, 3, 'sum')
          .add(mean('d'))
          .spec(FEATURES, ['d', 'mean.d']),
        x,
      ],
      [
        'a recurrent layer',
        new SpecBuilder(7).recurrent('gru', 'r', 'x', FEATURES, 3).add(mean('r')).spec(FEATURES, ['r', 'mean.r']),
        x,
      ],
      [
        'a dense layer, an activation, softmax and log softmax',
        new SpecBuilder(9)
          .dense('d', 'x', FEATURES, 3, 'tanh')
          .add({ type: 'activation', name: 'a', inputs: ['d'], activation: 'sigmoid' })
          .add({ type: 'softmax', name: 's', inputs: ['a'] })
          .add({ type: 'log_softmax', name: 'l', inputs: ['s'] })
          .add(mean('l'))
          .spec(FEATURES, ['l', 'mean.l']),
        x,
      ],
      ['the input itself', new SpecBuilder(1).add(mean('x')).spec(FEATURES, ['mean.x']), x],
    ];
  };

  it.each(beside())('%s: as in the twin, and not as without', async (name, spec, data) => {
    const model = await createModel(spec, { build });
    const shaped = { x: { data, shape: [BATCH, TIME, spec.inputs[0]?.features as number] } };
    const plain = model.runNamed(shaped);
    const got = model.runNamed(shaped, { mask: MASK });
    const wanted = runReference(spec, { x: { data, batch: BATCH, time: TIME } }, { mask: MASK }).outputs;
    for (const output of spec.outputs) {
      expectNear(got[output]?.data, wanted[output]?.data, 2e-6, output);
      if (output.startsWith('mean') && !name.includes('no mask on'))
        expect(got[output]?.data).not.toEqual(plain[output]?.data);
    }
    model.dispose();
  });

  it('a convolution of one timestep that adds some hands no mask on', async () => {
    const builder = new SpecBuilder(8);
    const spec = builder
      .add({ type: 'masking', name: 'm', inputs: ['x'], maskValue: 0 })
      .add({
        type: 'conv1d',
        name: 'c',
        inputs: ['m'],
        filters: 3,
        kernelSize: 1,
        padding: [1, 1],
        tensors: { weight: builder.tensor('w', 3, 1, FEATURES) },
      })
      .add(mean('c'))
      .spec(FEATURES, ['c', 'mean.c']);
    const data = x.slice().fill(0, 0, 2 * FEATURES);
    const model = await createModel(spec, { build });
    const got = model.runNamed({ x: { data, shape: [BATCH, TIME, FEATURES] } });
    const wanted = runReference(spec, { x: { data, batch: BATCH, time: TIME } }).outputs;
    for (const output of spec.outputs) expectNear(got[output]?.data, wanted[output]?.data, 2e-6, output);
    model.dispose();
  });

  it('a masked mean of a row that is all masked is NaN, as Keras has it', async () => {
    const model = await createModel(new SpecBuilder(1).add(mean('x')).spec(FEATURES), { build });
    const mask = [0, 0, 0, 0, 0, 0, /**/ 0, 1, 1, 0, 1, 0];
    const got = model.run(x, { batch: BATCH, mask });
    expect([...got.subarray(0, FEATURES)]).toEqual(Array(FEATURES).fill(Number.NaN));
    const wanted = runReference(
      new SpecBuilder(1).add(mean('x')).spec(FEATURES),
      { x: { data: x, batch: BATCH, time: TIME } },
      { mask },
    );
    expectNear(got, Object.values(wanted.outputs)[0]?.data, 1e-6, '', { special: true });
    model.dispose();
  });

  describe.each(['lstm', 'gru', 'rnn'] as const)('a single timestep after another plan, %s', (type) => {
    const spec = new SpecBuilder(6).recurrent(type, 'a', 'x', FEATURES, 3).spec(FEATURES);
    const [first, second] = [x.subarray(0, 4 * FEATURES), x.subarray(4 * FEATURES, 5 * FEATURES)];

    it('that zeroed its outputs: a masked one repeats the last', async () => {
      const model = await createModel(spec, { build });
      const stream = model.createStream();
      const last = stream.run(first).slice(-3);
      // The cell is told to put out zeros here.
      model.run(x, { batch: BATCH, lengths: [1, 2] });
      expectSameBits(stream.run(second, { mask: [0] }), last);
      model.dispose();
    });

    it('that repeated them: one behind the length is zero', async () => {
      const model = await createModel(spec, { build });
      const stream = model.createStream();
      stream.run(first);
      model.run(x, { batch: BATCH, mask: MASK });
      expect([...stream.run(second, { lengths: [0] })]).toEqual([0, 0, 0]);
      model.dispose();
    });
  });

  it.each([
    ['lstm', 64, 4, 300],
    ['gru', 64, 4, 400],
    ['rnn', 64, 2, 1500],
    ['lstm', 64, 1, 700],
  ] as const)('%s of %i units walks backwards in chunks: batch %i, %i timesteps', async (type, units, batch, time) => {
    const features = 2;
    const own = (goBackwards: boolean) =>
      new SpecBuilder(3).recurrent(type, 'a', 'x', features, units, { goBackwards }).spec(features);
    const data = randomFloats(batch * time * features, 4);
    const turned = data.slice();
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < time; t++) {
        const from = (b * time + time - 1 - t) * features;
        turned.set(data.subarray(from, from + features), (b * time + t) * features);
      }
    }
    const [back, forth] = [await createModel(own(true), { build }), await createModel(own(false), { build })];
    expectSameBits(back.run(data, { batch }), forth.run(turned, { batch }));
    back.dispose();
    forth.dispose();
  });

  it('logSoftmax of large numbers neither overflows nor vanishes', async () => {
    const spec = new SpecBuilder(1).add({ type: 'log_softmax', name: 'y', inputs: ['x'] }).spec(3);
    const model = await createModel(spec, { build });
    const data = Float32Array.of(1000, 999, -1000, -1000, -1001, -1002, 0, 88, 90, 1e38, -1e38, 0);
    const wanted = runReference(spec, { x: { data, batch: 1, time: 4 } }).outputs.y?.data;
    expectNear(model.run(data), wanted, 2e-6);
    model.dispose();
  });
});
