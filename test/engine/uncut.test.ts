import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder } from '../support/random.js';

// Only models whose timesteps know nothing of later ones may be taken in pieces. A long batch would be cut where one of its rows by itself
// is not, and both must give the same bits.

const [BATCH, TIME, FEATURES, UNITS] = [4, 700, 512, 3];
const PIECE = 4 * 1024 * 1024;
const x = randomFloats(BATCH * TIME * FEATURES, 1);
const row = (b: number, time = TIME): Float32Array => x.slice(b * TIME * FEATURES, (b * TIME + time) * FEATURES);
const built = (): SpecBuilder => new SpecBuilder(3);

const MODELS: [string, ModelSpec][] = [
  ['both directions', built().bidirectional('lstm', 'a', 'x', FEATURES, UNITS).spec(FEATURES)],
  ['backwards', built().recurrent('gru', 'a', 'x', FEATURES, UNITS, { goBackwards: true }).spec(FEATURES)],
  [
    'fewer timesteps behind a window, cut at odd places',
    built()
      .recurrent('rnn', 'a', 'x', FEATURES, UNITS)
      .add({ type: 'max_pool1d', name: 'p', inputs: ['a'], poolSize: 3, stride: 3 })
      .spec(FEATURES),
  ],
  [
    'the last timestep alone is carried',
    {
      inputs: [
        { name: 'x', features: FEATURES },
        { name: 'before', features: UNITS, kind: 'vector' },
      ],
      ...(() => {
        const { nodes, tensors } = built()
          .recurrent('lstm', 'a', 'x', FEATURES, UNITS)
          .add({ type: 'timestep', name: 'l', inputs: ['a'], index: -1 })
          .add({ type: 'add', name: 's', inputs: ['l', 'before'] });
        return { nodes, tensors };
      })(),
      outputs: ['s'],
      carries: [{ input: 'before', output: 's' }],
    } as ModelSpec,
  ],
];

describe.each(builds)('whole sequences, %s', (build) => {
  it.each(MODELS)('%s', async (_, spec) => {
    expect(TIME * (FEATURES + 16) * 4).toBeLessThan(PIECE);
    expect(BATCH * TIME * FEATURES * 4).toBeGreaterThan(PIECE);
    const model = await createModel(spec, { build });
    const [name] = spec.outputs as [string];
    const all = model.runNamed({ x: { data: x, shape: [BATCH, TIME, FEATURES] } })[name]?.data as Float32Array;
    const size = all.length / BATCH;
    for (let b = 0; b < BATCH; b++) {
      const one = model.runNamed({ x: { data: row(b), shape: [1, TIME, FEATURES] } })[name]?.data as Float32Array;
      expectSameBits(all.subarray(b * size, (b + 1) * size), one);
    }
    model.dispose();
  });

  it.each([3, 4])('cut, with a vector beside and %i numbers a timestep: the same bits as uncut', async (units) => {
    const { nodes, tensors } = built()
      .recurrent('lstm', 'a', 'x', FEATURES, units)
      .add({ type: 'multiply', name: 'm', inputs: ['a', 'v'] });
    const inputs = [
      { name: 'x', features: FEATURES },
      { name: 'v', features: units, kind: 'vector' },
    ] as const;
    const model = await createModel({ inputs, nodes, outputs: ['m'], tensors }, { build });
    const vectors = randomFloats(BATCH * units, 8);
    const run = (data: Float32Array, v: Float32Array, batch: number) =>
      model.runNamed({ x: { data, shape: [batch, TIME, FEATURES] }, v: { data: v, shape: [batch, units] } }).m?.data;
    const all = run(x, vectors, BATCH) as Float32Array;
    const size = TIME * units;
    for (let b = 0; b < BATCH; b++) {
      const one = run(row(b), vectors.slice(b * units, (b + 1) * units), 1) as Float32Array;
      expectSameBits(all.subarray(b * size, (b + 1) * size), one);
    }
    model.dispose();
  });

  it('a plan that is kept reads where the memory is after it has grown', async () => {
    const model = await createModel(built().recurrent('lstm', 'a', 'x', 4, 4).spec(4), { build });
    const data = randomFloats(4 * 20, 3);
    const wanted = model.run(data).slice();
    const stream = model.createStream();
    const { byteLength } = model.memory;
    const large = model.createStream({ batch: 5000 });
    expect(model.memory.byteLength).toBeGreaterThan(byteLength);
    expectSameBits(model.run(data), wanted);
    expectSameBits(stream.run(data), wanted);
    large.dispose();
    expectSameBits(model.run(data), wanted);
    model.dispose();
  });

  it('a result may lie where later pieces of the input lie', async () => {
    const model = await createModel(built().recurrent('lstm', 'a', 'x', FEATURES, UNITS).spec(FEATURES), { build });
    const wanted = model.run(x, { batch: BATCH });
    const data = x.slice();
    const out = data.subarray(0, wanted.length);
    model.run(data, { batch: BATCH, out });
    expectSameBits(out, wanted);
    model.dispose();
  });

  it('a sequence below 4 MB is one piece', async () => {
    const model = await createModel(built().recurrent('lstm', 'a', 'x', FEATURES, UNITS).spec(FEATURES), { build });
    const { used } = model.memory;
    model.run(row(0));
    expect(model.memory.used - used).toBeGreaterThan(TIME * FEATURES * 4);
    model.dispose();
  });

  it('a plan stays as long as any of its streams', async () => {
    const spec = built().recurrent('lstm', 'a', 'x', 4, UNITS).spec(4);
    const model = await createModel(spec, { build });
    const frame = (t: number): Float32Array => randomFloats(4, 10 + t);
    const [a, b, alone] = [model.createStream(), model.createStream(), model.createStream()];
    const wanted = [0, 1, 2].map((t) => alone.step(frame(t)).slice());
    alone.dispose();
    a.dispose();
    // More plans than are kept for later, in whatever memory was let go of.
    const others = [2, 3, 4, 5, 6, 7].map((batch) => model.createStream({ batch }));
    for (const [t, expected] of wanted.entries()) {
      others.forEach((other, index) => {
        other.step(randomFloats(4 * (index + 2), 90 + t));
      });
      expectSameBits(b.step(frame(t)), expected);
    }
    model.dispose();
  });
});
