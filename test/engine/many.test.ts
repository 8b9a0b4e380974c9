import { describe, expect, it } from 'vitest';
import {
  createModel,
  DisposedError,
  InputError,
  MemoryLimitError,
  type Model,
  type ModelSpec,
  type Stream,
} from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { FEATURES, modelOf } from '../support/every-layer.js';
import { int8Spec } from '../support/int8.js';
import { INT8_STACKS } from '../support/int8-stacks.js';
import { randomFloats, SpecBuilder, stack, uniform } from '../support/random.js';
import { STACKS } from '../support/stacks.js';
import { part } from '../support/thorough.js';

/** Streams that come and go; more than are ever put together at once. */
const MANY = 70;

/** The same model with as many weights as make it worth to put states together, however small it is. */
function heavy(spec: ModelSpec): ModelSpec {
  const ballast = { shape: [40_000], data: randomFloats(40_000, 1) };
  return {
    ...spec,
    nodes: [...spec.nodes, { type: 'constant', name: 'ballast', inputs: [], tensors: { value: 'ballast' } }],
    tensors: { ...spec.tensors, ballast },
  };
}

type Entry = readonly [string, ModelSpec, number];
const types = Object.keys(allLayers).filter((type) => type !== 'bidirectional');
const ENTRIES: Entry[] = [
  ...STACKS,
  ...INT8_STACKS.filter(([name]) => name !== 'bidirectional').map(
    ([name, spec, features]): Entry => [`int8 ${name}`, spec, features],
  ),
  ...types.map((type): Entry => [`layer ${type}`, modelOf(type), type === 'embedding' ? 1 : FEATURES]),
];

/** A frame of numbers, or of ids below 9. */
const frameOf = (spec: ModelSpec, features: number, seed: number): Float32Array => {
  const numbers = randomFloats(features, seed);
  return spec.inputs[0]?.dtype === 'int32' ? numbers.map((x) => Math.floor(Math.abs(x) * 9)) : numbers;
};
const concatenate = (frames: readonly Float32Array[]): Float32Array =>
  Float32Array.from(frames.flatMap((frame) => [...frame]));

/** Draws streams in any order, steps them together and each twin alone, and holds outputs and states against each other. */
function expectAsAlone(model: Model, spec: ModelSpec, features: number, counts: readonly number[]): void {
  const draw = uniform(counts.length);
  const pick = (count: number): number => Math.floor(((draw() + 1) / 2) * count);
  const pairs: [together: Stream, alone: Stream][] = [];
  const join = (): void => void pairs.push([model.createStream(), model.createStream()]);
  counts.forEach((count, turn) => {
    while (pairs.length < count) join();
    for (let i = pairs.length - 1; i > 0; i--) {
      const j = pick(i + 1);
      [pairs[i], pairs[j]] = [pairs[j] as [Stream, Stream], pairs[i] as [Stream, Stream]];
    }
    const chosen = pairs.slice(0, count);
    const frames = chosen.map((_, i) => frameOf(spec, features, 100 * turn + i));
    const got = model.stepMany(
      chosen.map(([together]) => together),
      concatenate(frames),
    );
    expectSameBits(got, concatenate(chosen.map(([, alone], i) => alone.step(frames[i] as Float32Array))));
    // Between the calls one leaves, one starts anew, one goes elsewhere as bytes, one twice.
    const [left] = pairs.splice(pick(pairs.length), 1);
    for (const stream of left ?? []) stream.dispose();
    for (const stream of pairs[pick(pairs.length)] ?? []) stream.reset();
    const [saved] = pairs[pick(pairs.length)] ?? [];
    const [forked] = pairs[pick(pairs.length)] ?? [];
    if (saved && forked) {
      const restored = model.createStream();
      restored.restore(saved.save());
      pairs.push([restored, saved.fork()], [forked.fork(), forked.fork()]);
    }
  });
  for (const [together, alone] of pairs) expect(Buffer.compare(together.save(), alone.save())).toBe(0);
}

describe.each(builds)('stepMany, %s', (build) => {
  const make = (spec: ModelSpec, memoryLimit?: number): Promise<Model> =>
    createModel(spec, { build, layers: allLayers, ...(memoryLimit && { memoryLimit }) });

  it.each(part(ENTRIES, 2))('gives each stream the bits it has alone, put together: %s', async (_, spec, features) => {
    const own = heavy(spec);
    expectAsAlone(await make(own), own, features, [8, 32, 9, 33, MANY, 1, 17, 65, 12]);
  });

  it.each(part(ENTRIES, 2))('gives each stream the bits it has alone, one by one: %s', async (_, spec, features) => {
    expectAsAlone(await make(spec), spec, features, [1, 5, 2, 7, 3]);
  });

  it('gives the same bits where weights exceed the cache, from three streams on', async () => {
    const spec = stack('lstm', 60, 280);
    for (const own of [spec, int8Spec(spec)]) expectAsAlone(await make(own), own, 60, [1, 2, 3, 4, 5]);
  });

  it('keeps what is no number in its row', async () => {
    const model = await make(stack('lstm', FEATURES, 64));
    const streams = Array.from({ length: 20 }, () => model.createStream());
    const frames = randomFloats(20 * FEATURES, 3);
    frames[2 * FEATURES] = Number.NaN;
    frames[5 * FEATURES + 1] = Number.POSITIVE_INFINITY;
    const out = model.stepMany(streams, frames);
    const per = out.length / 20;
    for (let row = 0; row < 20; row++) {
      const frame = frames.slice(row * FEATURES, (row + 1) * FEATURES);
      expectSameBits(out.slice(row * per, (row + 1) * per), model.createStream().step(frame));
    }
    expect(out.slice(2 * per, 3 * per)).toEqual(new Float32Array(per).fill(Number.NaN));
  });

  it('takes any list of streams, numbers of any kind, and writes where it is told', async () => {
    const model = await make(new SpecBuilder(3).recurrent('gru', 'a', 'x', 3, 3).spec(3));
    const [a, b] = [model.createStream(), model.createStream()];
    const frames = randomFloats(6, 1);
    const expected = model.stepMany([a, b], frames);
    for (const stream of [a, b]) stream.reset();
    expectSameBits(model.stepMany(new Set([a, b]), [...frames]), expected);
    for (const stream of [a, b]) stream.reset();
    // The outputs of the first must not become the frame of the second, in whichever view of the memory.
    const shared = new Float32Array(7);
    shared.set(frames);
    const out = shared.subarray(1);
    expect(model.stepMany([a, b], shared.subarray(0, 6), out)).toBe(out);
    expectSameBits(out, expected);
    expect(model.stepMany([], [])).toEqual(new Float32Array(0));
  });

  it('refuses by name, and no state has changed', async () => {
    const spec = heavy(stack('lstm', FEATURES, 6));
    const model = await make(spec);
    const streams = Array.from({ length: 9 }, () => model.createStream());
    const frames = randomFloats(9 * FEATURES, 2);
    model.stepMany(streams, frames);
    const before = streams.map((stream) => stream.save());
    const gone = model.createStream();
    gone.dispose();
    const last = (other: unknown): Stream[] => [...streams.slice(0, 8), other as Stream];
    const foreign = (await make(spec)).createStream();
    const refused: [() => unknown, typeof InputError | typeof DisposedError, RegExp][] = [
      [() => model.stepMany(last(streams[3]), frames), InputError, /streams\[8\]: twice/],
      [() => model.stepMany(last(gone), frames), DisposedError, /streams\[8\]: disposed/],
      [() => model.stepMany(last(foreign), frames), InputError, /streams\[8\]: not a stream of this model/],
      [() => model.stepMany(last({}), frames), InputError, /streams\[8\]: not a stream/],
      [() => model.stepMany(last(undefined), frames), InputError, /streams\[8\]: not a stream/],
      [() => model.stepMany(last(Object.create(foreign)), frames), InputError, /streams: cannot be read/],
      [() => model.stepMany(last(model.createStream({ batch: 2 })), frames), InputError, /streams\[8\]: batch 2/],
      [() => model.stepMany(3 as never, frames), InputError, /streams: cannot be read/],
      [() => model.stepMany(streams, frames.slice(1)), InputError, /72 numbers \(9 streams · features 8\).*71/],
      [() => model.stepMany(streams, undefined as never), InputError, /72 numbers/],
      [() => model.stepMany([], frames), InputError, /0 numbers \(no streams\)/],
      [() => model.stepMany(streams, frames, new Float32Array(26)), InputError, /27 numbers \(the output\).*26/],
      [() => model.stepMany(streams, frames, [] as never), InputError, /out: wrong type/],
    ];
    for (const [call, type, words] of refused) {
      expect(call).toThrow(type);
      expect(call).toThrow(words);
    }
    expect(streams.map((stream) => stream.save())).toEqual(before);
  });

  it('refuses models of several inputs or outputs, and ids that there are none of', async () => {
    const { nodes, tensors, inputs } = stack('gru', 3, 5);
    const two = await make({ nodes, tensors, inputs, outputs: ['gru0', 'head'] });
    expect(() => two.stepMany([two.createStream()], new Float32Array(3))).toThrow(/stepMany\(\) is for one input/);
    const ids = await make(modelOf('embedding'));
    expect(() => ids.stepMany([ids.createStream()], [9])).toThrow(InputError);
  });

  it('is not confused by code of the caller that runs while the lists are read', async () => {
    const model = await make(stack('lstm', 2, 4));
    const streams = Array.from({ length: 3 }, () => model.createStream());
    const [first, second, third] = streams as [Stream, Stream, Stream];
    const sneaky = (act: () => void): Iterable<Stream> => ({
      *[Symbol.iterator]() {
        yield first;
        act();
        yield second;
      },
    });
    const frames = new Float32Array(4);
    const before = [first, second].map((stream) => stream.save());
    expect(() =>
      model.stepMany(
        sneaky(() => third.dispose()),
        frames,
      ),
    ).toThrow(/streams: changed while they were read/);
    const other = model.createStream();
    expect(() =>
      model.stepMany(
        sneaky(() => void model.stepMany([other], [1, 2])),
        frames,
      ),
    ).toThrow(/streams: changed/);
    expect([first, second].map((stream) => stream.save())).toEqual(before);
    const list: number[] = [0, 0, 0, 0];
    Object.defineProperty(list, 1, {
      get: () => {
        first.dispose();
        return 0;
      },
    });
    expect(() => model.stepMany([first, second], list)).toThrow(InputError);
    expect(second.save()).toEqual(before[1]);
    function* last(): Generator<Stream> {
      yield second;
      model.dispose();
    }
    expect(() => model.stepMany(last(), [1, 2])).toThrow(DisposedError);
    expect(() => model.stepMany([second], [1, 2])).toThrow(DisposedError);
  });

  it('changes no state where there is no room, and keeps the memory of one call', async () => {
    const spec = stack('lstm', FEATURES, 64);
    const roomy = await make(spec);
    const streams = Array.from({ length: 32 }, () => roomy.createStream());
    const frames = randomFloats(32 * FEATURES, 6);
    roomy.stepMany(streams, frames);
    const { used } = roomy.memory;
    for (let i = 0; i < 50; i++) roomy.stepMany(streams, frames);
    expect(roomy.memory.used).toBe(used);

    const tight = await make(spec, 3 * 65536);
    const kept: Stream[] = [];
    expect(() => {
      for (;;) kept.push(tight.createStream());
    }).toThrow(MemoryLimitError);
    const all = kept.slice(0, 16);
    all.forEach((stream, i) => void stream.step(randomFloats(FEATURES, i)));
    const before = all.map((stream) => stream.save());
    expect(() => tight.stepMany(all, frames.subarray(0, 16 * FEATURES))).toThrow(MemoryLimitError);
    expect(all.map((stream) => stream.save())).toEqual(before);
    for (const stream of kept.slice(16)) stream.dispose();
    tight.stepMany(all, frames.subarray(0, 16 * FEATURES));
  });
});
