import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec, StateError, type Stream, type TensorSpec } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { fingerprintOf } from '../support/fingerprint.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

// All of a stream's state: h, c, and the output that a masked timestep repeats.

const [FEATURES, UNITS] = [3, 5];
const frames = randomFloats(FEATURES * 6, 4);
const frame = (t: number): Float32Array => frames.subarray(t * FEATURES, (t + 1) * FEATURES);
const masked = { mask: [0] };

describe.each(builds)('the last output is part of the state, %s', (build) => {
  // Where outputs are zero at masked timesteps, the last output is not h.
  const layers = ['lstm', 'gru', 'rnn'] as const;
  const of = (type: (typeof layers)[number], options = {}): ModelSpec =>
    new SpecBuilder(2).recurrent(type, 'a', 'x', FEATURES, UNITS, options).spec(FEATURES);

  it.each(layers)('%s: saved, restored, forked; then a masked step', async (type) => {
    const model = await createModel(of(type), { build });
    const batch = 2;
    const stream = model.createStream({ batch });
    const both = (t: number): Float32Array => frames.subarray(t * FEATURES, (t + batch) * FEATURES);
    for (const t of [0, 1, 2]) stream.step(both(t));
    const last = stream.step(both(3));
    const saved = stream.save();
    const [restored, fork] = [model.createStream({ batch }), stream.fork()];
    // What stood there before is gone.
    restored.step(both(4));
    restored.restore(saved);
    for (const each of [stream, fork, restored]) expectSameBits(each.run(both(4), { mask: [0, 0] }), last);
    const next = stream.step(both(2));
    for (const each of [restored, fork]) expectSameBits(each.step(both(2)), next);
    model.dispose();
  });

  it.each(layers)('%s: a state set, or reset, begins with an output of zeros', async (type) => {
    const model = await createModel(of(type), { build });
    const stream = model.createStream();
    for (const t of [0, 1, 2]) stream.step(frame(t));
    const state = stream.getState();
    stream.setState(state);
    expect([...stream.run(frame(4), masked)]).toEqual(Array(UNITS).fill(0));
    // As a run from that state.
    expectSameBits(model.run(frame(4), { ...masked, initialState: state }), new Float32Array(UNITS));
    stream.step(frame(1));
    stream.reset();
    expect([...stream.run(frame(4), masked)]).toEqual(Array(UNITS).fill(0));
    model.dispose();
  });

  it('bytes in the middle of a larger buffer, at any offset', async () => {
    const model = await createModel(stack('lstm', FEATURES, UNITS, 2), { build });
    const stream = model.createStream({ batch: 2 });
    stream.step(randomFloats(2 * FEATURES, 9));
    const saved = stream.save();
    const expected = stream.step(randomFloats(2 * FEATURES, 10));
    for (const offset of [0, 1, 4, 7, 64]) {
      const buffer = new Uint8Array(offset + saved.length + 5).fill(0xa5);
      buffer.set(saved, offset);
      const other = model.createStream({ batch: 2 });
      other.restore(buffer.subarray(offset, offset + saved.length));
      expect(other.save()).toEqual(saved);
      expectSameBits(other.step(randomFloats(2 * FEATURES, 10)), expected);
    }
    model.dispose();
  });

  it('a disposed stream lets go of its plan as well', async () => {
    const used = async (batches: readonly number[]): Promise<number> => {
      const model = await createModel(stack('lstm', FEATURES, UNITS), { build });
      for (const batch of batches) model.createStream({ batch }).dispose();
      const { used: bytes } = model.memory;
      model.dispose();
      return bytes;
    };
    const many = Array.from({ length: 40 }, (_, i) => i + 1);
    // The last few are kept for the next stream of their batch.
    expect(await used(many)).toBe(await used(many.slice(-4)));
  });

  it('a stream that could not be made lets go of it too', async () => {
    const model = await createModel(stack('lstm', 4, 16), { build, memoryLimit: 128 * 1024 });
    const { used } = model.memory;
    const streams: Stream[] = [];
    expect(() => {
      for (;;) streams.push(model.createStream());
    }).toThrow('out of memory');
    for (const stream of streams) stream.dispose();
    for (let batch = 2; batch < 8; batch++) expect(() => model.createStream({ batch: batch * 1000 })).toThrow();
    for (const batch of [1, 2, 3, 4, 5, 6]) model.createStream({ batch }).dispose();
    expect(model.memory.used).toBeGreaterThan(used);
    expect(model.createStream({ batch: 8 }).step(new Float32Array(32)).length).toBe(24);
    model.dispose();
  });
});

describe('which model a state is of', () => {
  const spec = new SpecBuilder(5)
    .recurrent('lstm', 'l', 'x', FEATURES, UNITS, { peephole: true, initial: true, projection: 3 })
    .bidirectional('gru', 'g', 'l', 3, 4)
    .add({ type: 'layer_norm', name: 'n', inputs: ['g'], epsilon: 1e-3, tensors: {} })
    .dense('d', 'n', 8, 2)
    .spec(FEATURES);

  it.each(Object.keys(spec.tensors))('every number of %s counts', (name) => {
    const tensor = spec.tensors[name] as TensorSpec;
    const seen = new Set([fingerprintOf(spec)]);
    for (let i = 0; i < tensor.data.length; i++) {
      const data = tensor.data.slice();
      data[i] = (data[i] as number) + 1;
      seen.add(fingerprintOf({ ...spec, tensors: { ...spec.tensors, [name]: { ...tensor, data } } }));
    }
    expect(seen.size).toBe(tensor.data.length + 1);
  });

  it('names of tensors do not', () => {
    const text = JSON.stringify(spec.nodes);
    const names = Object.keys(spec.tensors);
    const nodes = JSON.parse(text, (_, value) => (names.includes(value) ? `other ${value}` : value));
    const tensors = Object.fromEntries(Object.entries(spec.tensors).map(([name, tensor]) => [`other ${name}`, tensor]));
    expect(fingerprintOf({ ...spec, nodes, tensors })).toBe(fingerprintOf(spec));
    expect(fingerprintOf({ ...spec, name: 'm' })).toBe(fingerprintOf(spec));
  });

  it('the field that a tensor stands in does', () => {
    const one = (fields: object): ModelSpec => {
      const builder = new SpecBuilder(3);
      const tensors = {
        weightIh: builder.tensor('ih', 4 * UNITS, FEATURES),
        weightHh: builder.tensor('hh', 4 * UNITS, UNITS),
        ...fields,
      };
      builder.tensor('bias', 4 * UNITS);
      builder.tensor('state', UNITS);
      return builder
        .add({ type: 'lstm', name: 'l', inputs: ['x'], units: UNITS, tensors } as ModelSpec['nodes'][number])
        .spec(FEATURES);
    };
    const all = [
      one({}),
      one({ biasIh: 'bias' }),
      one({ biasHh: 'bias' }),
      one({ initialH: 'state' }),
      one({ initialC: 'state' }),
    ];
    expect(new Set(all.map(fingerprintOf)).size).toBe(all.length);
  });

  it('what is carried to where, and from which start, does', async () => {
    const carried = (output: string, initial?: 'start' | 'other'): ModelSpec => ({
      inputs: [
        { name: 'x', features: 2, kind: 'vector' },
        { name: 's', features: 2, kind: 'vector' },
      ],
      nodes: [
        { type: 'add', name: 'a', inputs: ['x', 's'] },
        { type: 'multiply', name: 'b', inputs: ['x', 's'] },
      ],
      outputs: ['a'],
      carries: [{ input: 's', output, ...(initial && { initial }) }],
      tensors: {
        start: { shape: [2], data: Float32Array.of(1, 2) },
        other: { shape: [2], data: Float32Array.of(1, 3) },
      },
    });
    const all = [carried('a'), carried('b'), carried('a', 'start'), carried('a', 'other')];
    expect(new Set(all.map(fingerprintOf)).size).toBe(all.length);
    const [a, b] = [await createModel(carried('a')), await createModel(carried('b'))];
    expect(() => b.createStream().restore(a.createStream().save())).toThrow(StateError);
  });
});
