import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec } from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import { allLayers } from '../../src/layers/all.js';
import { furtherLayers } from '../../src/layers/further.js';
import { layers as layersFor } from '../../src/layers/layers.js';
import { runReference } from '../reference/run.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { modelOf } from '../support/every-layer.js';
import { hold } from '../support/hold.js';
import { type MakePlane, PLANES } from '../support/planes.js';
import { randomFloats, SpecBuilder } from '../support/random.js';

// Layers over time and frequency against the float64 twin; the same bits whole, step by step, in any cut and in any batch.

const scenario = (make: fc.Arbitrary<MakePlane>) =>
  fc.record({
    make,
    channels: fc.constantFrom(1, 2, 3, 4, 6, 8),
    frequency: fc.integer({ min: 1, max: 9 }),
    time: fc.integer({ min: 4, max: 11 }),
    batch: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(1e6),
    cuts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 11, maxLength: 11 }),
  });

describe.each(builds)('layers over time and frequency agree with the float64 twin, %s', (build) => {
  it.each(Object.keys(PLANES))('%s', async (kind) => {
    const count: Record<string, number> = { __proto__: null as never, refused: 0, whole: 0, streamed: 0 };
    await fc.assert(
      fc.asyncProperty(
        scenario(PLANES[kind] as fc.Arbitrary<MakePlane>),
        async ({ make, channels, frequency, time, batch, seed, cuts }) => {
          const builder = new SpecBuilder(seed);
          builder.add(make(builder, frequency, channels, 'y', 'x'));
          const features = frequency * channels;
          const data = randomFloats(batch * time * features, seed + 1);
          (count[await hold(builder.spec(features), build, data, batch, time, cuts)] as number)++;
        },
      ),
      { numRuns: 80, seed: 15 },
    );
    expect((count.whole as number) + (count.streamed as number)).toBeGreaterThan(40);
    expect(count.streamed).toBeGreaterThan(10);
  });
});

describe.each(builds)('a causal layer, %s', (build) => {
  const spec = (fields: object = {}): ModelSpec => {
    const builder = new SpecBuilder(4);
    builder.add({
      type: 'conv2d',
      name: 'conv',
      inputs: ['x'],
      channels: 2,
      filters: 3,
      kernelSize: [3, 3],
      dilation: [2, 1],
      padding: ['causal', [1, 1]],
      tensors: { weight: builder.tensor('w', 3, 3, 3, 2) },
      ...fields,
    } as never);
    return builder.spec(10);
  };

  it('keeps its frames in the state: saved, restored, forked, reset, set', async () => {
    const model = await createModel(spec(), { build });
    const x = randomFloats(12 * 10, 3);
    const frame = (t: number): Float32Array => x.subarray(t * 10, t * 10 + 10);
    const whole = model.run(x);
    const stream = model.createStream();
    for (let t = 0; t < 6; t++) stream.step(frame(t));
    // Four frames before the one at hand, [frame][frequency][channel].
    const [kept, ...others] = stream.getState();
    expect(others).toEqual([]);
    expect(kept).toEqual({ layer: 'conv', h: x.slice(2 * 10, 6 * 10) });
    const saved = stream.save();
    const fork = stream.fork();
    const restored = model.createStream();
    restored.restore(saved);
    const set = model.createStream();
    set.setState(JSON.parse(JSON.stringify(stream.getState().map(({ layer, h }) => ({ layer, h: [...h] })))));
    stream.reset();
    expectSameBits(stream.step(frame(0)), whole.subarray(0, 15));
    for (const other of [fork, restored, set]) {
      for (let t = 6; t < 12; t++) expectSameBits(other.step(frame(t)), whole.subarray(t * 15, t * 15 + 15));
    }
    const many = [model.createStream(), model.createStream()];
    for (let t = 0; t < 3; t++) {
      const y = model.stepMany(many, Float32Array.from([...frame(t), ...frame(t)]));
      for (const half of [y.subarray(0, 15), y.subarray(15)]) expectSameBits(half, whole.subarray(t * 15, t * 15 + 15));
    }
  });

  it('takes the frames before from another value and gives back the last ones: the same bits', async () => {
    const outer = (outputs: string[]): ModelSpec => ({
      ...spec({ inputs: ['x', 'past'], outputs: ['y', 'present'] }),
      inputs: [
        { name: 'x', features: 10 },
        { name: 'past', features: 40, kind: 'vector' },
      ],
      outputs,
    });
    const model = await createModel(outer(['y', 'present']), { build });
    const x = { data: randomFloats(2 * 3 * 10, 5), shape: [2, 3, 10] };
    const past = { data: randomFloats(2 * 40, 6), shape: [2, 40] };
    // Fewer frames than it keeps: some of those before are still among them.
    const got = model.runNamed({ x, past });
    const wanted = runReference(outer(['y', 'present']), {
      x: { data: x.data, batch: 2, time: 3 },
      past: { data: past.data, batch: 2 },
    }).outputs;
    for (const name of ['y', 'present'])
      expectNear(got[name]?.data as Float32Array, wanted[name]?.data as Float64Array, 5e-6);
    expect(() => model.createStream()).toThrow(/layer "conv" takes its initial state from another value at every run/);
    const carried = await createModel({ ...outer(['y']), carries: [{ input: 'past', output: 'present' }] }, { build });
    const whole = (await createModel(spec(), { build })).run(x.data.subarray(0, 30));
    const stream = carried.createStream();
    const steps = [0, 1, 2].flatMap((t) => [...stream.step(x.data.subarray(t * 10, t * 10 + 10))]);
    expectSameBits(steps, whole);
    const three = { ...outer(['y']), nodes: [{ ...outer([]).nodes[0], inputs: ['x', 'past', 'past'] }] };
    await expect(createModel(three as ModelSpec)).rejects.toThrow(
      'node "conv": wrong number of inputs; expected [x] or [x, past], got 3',
    );
    const short = {
      ...outer(['y']),
      inputs: [
        { name: 'x', features: 10 },
        { name: 'past', features: 30, kind: 'vector' },
      ],
    };
    await expect(createModel(short as ModelSpec)).rejects.toThrow(
      'node "conv": the frames before, "past", have the wrong shape; expected a vector of 40, got a vector of 30',
    );
  });

  it('is refused a mask, which it knows nothing of; and a stream where it looks ahead or begins anew', async () => {
    const model = await createModel(spec(), { build });
    expect(() => model.run(new Float32Array(20), { lengths: [1] })).toThrow(
      /layer "conv": keeps the frames before, masked ones too; expected no mask or lengths/,
    );
    const stream = model.createStream();
    expect(() => stream.step(new Float32Array(10), undefined, [0])).toThrow(/keeps the frames before/);
    const ahead = await createModel(
      spec({
        padding: [
          [2, 2],
          [1, 1],
        ],
      }),
      { build },
    );
    expect(() => ahead.createStream()).toThrow(
      /layer "conv" looks at several frames at once, of which a stream has not all/,
    );
    const zeros = await createModel(
      spec({
        padding: [
          [4, 0],
          [1, 1],
        ],
      }),
      { build },
    );
    expect(() => zeros.createStream()).toThrow(
      /layer "conv" begins with zeros in every run; padding 'causal' along time/,
    );
    expectSameBits(zeros.run(new Float32Array(50).fill(1)), model.run(new Float32Array(50).fill(1)));
  });

  it.each([
    [
      { padding: ['causal', [1, 1]], stride: [2, 1] },
      /a causal layer has an output for each frame; expected stride 1 along time, got 2/,
    ],
    [{ padding: ['causal', 'causal'] }, /padding, frequency: not a pair of sizes/],
    [{ padding: [[1, 1]] }, /padding: not one for each axis; expected \[time, frequency\]/],
    [{ channels: 3 }, /channels must divide the features; expected a divisor of 10, got 3/],
    [{ groups: 3 }, /groups must divide channels and filters; expected divisors of 2 and 3, got 3/],
    [{ kernelSize: [3, 0] }, /kernelSize, frequency: not a size/],
    [
      { padding: ['causal', [0, 0]], kernelSize: [3, 7], tensors: { weight: 'v' } },
      /no frequency is left; expected at least one, got -1/,
    ],
    [{ type: 'conv_transpose2d', padding: undefined }, /unknown field "padding"/],
  ])('%j is refused', async (fields, words) => {
    const given = spec(fields);
    const tensors = { ...given.tensors, v: { shape: [3, 3, 7, 2], data: new Float32Array(126) } };
    await expect(createModel({ ...given, tensors }, { build })).rejects.toThrow(words);
  });

  it('begins with zeros where its frames are not those of a stream', async () => {
    const fixed = { ...spec(), inputs: [{ name: 'x', features: 10, time: 6 }] };
    const model = await createModel(fixed, { build });
    const x = randomFloats(60, 3);
    expectSameBits(model.run(x), (await createModel(spec(), { build })).run(x));
    expect(() => model.createStream()).toThrow(/layer "conv" starts anew in every run/);
  });
});

describe.each(builds)('recurrence at each frequency, %s', (build) => {
  const [F, C, U, T] = [3, 2, 5, 7];

  it.each(['lstm', 'gru'] as const)('%s: starts from a state that is given, and gives it back', async (type) => {
    const builder = new SpecBuilder(8);
    const parts = type === 'lstm' ? ['h', 'c'] : ['h'];
    const layer = builder.cell(type, 'cell', C, U);
    const spec: ModelSpec = {
      inputs: [
        { name: 'x', features: F * C },
        ...parts.map((part) => ({ name: `${part}0`, features: F * U, kind: 'vector' as const })),
      ],
      nodes: [
        {
          type: 'each_frequency',
          name: 'y',
          inputs: ['x', ...parts.map((part) => `${part}0`)],
          outputs: ['y', ...parts.map((part) => `${part}n`)],
          channels: C,
          layer,
        },
      ],
      outputs: ['y', ...parts.map((part) => `${part}n`)],
      tensors: builder.tensors,
    };
    const batch = 2;
    const fed = Object.fromEntries([
      ['x', { data: randomFloats(batch * T * F * C, 1), batch, time: T, shape: [batch, T, F * C] }],
      ...parts.map((part, index) => [
        `${part}0`,
        { data: randomFloats(batch * F * U, index + 2), batch, time: 1, shape: [batch, F * U] },
      ]),
    ]);
    const model = await createModel(spec, { build });
    const got = model.runNamed(fed);
    const wanted = runReference(spec, fed).outputs;
    for (const name of spec.outputs) expectNear(got[name]?.data, wanted[name]?.data, 2e-6, name);
    expect(() => model.createStream()).toThrow(/layer "y" takes its initial state from another value/);
    // Carried by the model, the same state lasts in a stream.
    const carried = await createModel(
      {
        ...spec,
        outputs: ['y'],
        carries: parts.map((part) => ({ input: `${part}0`, output: `${part}n` })),
      },
      { build },
    );
    const own = await createModel(
      {
        ...spec,
        inputs: spec.inputs.slice(0, 1),
        nodes: [{ type: 'each_frequency', name: 'y', inputs: ['x'], channels: C, layer }],
        outputs: ['y'],
      },
      { build },
    );
    const x = randomFloats(T * F * C, 5);
    const streams = [carried.createStream(), own.createStream()] as const;
    const whole = own.run(x);
    for (let t = 0; t < T; t++) {
      const frame = x.subarray(t * F * C, (t + 1) * F * C);
      for (const stream of streams) expectSameBits(stream.step(frame), whole.subarray(t * F * U, (t + 1) * F * U));
    }
    expect(streams[1].getState().map(({ layer, h }) => [layer, h.length])).toEqual([
      ['y[0]', U],
      ['y[1]', U],
      ['y[2]', U],
    ]);
  });

  it('masked frames hold the state at every frequency; what works frame by frame hands the mask on', async () => {
    const builder = new SpecBuilder(3);
    builder
      .add({ type: 'masking', name: 'm', inputs: ['x'], maskValue: 0 })
      .add({ type: 'upsample_frequency', name: 'u', inputs: ['m'], channels: C, factor: 2 })
      .add({
        type: 'group_norm',
        name: 'n',
        inputs: ['u'],
        channels: C,
        groups: 1,
        axes: ['frequency'],
        epsilon: 0.1,
        tensors: {},
      })
      .add({ type: 'each_frame', name: 'f', inputs: ['n'], channels: C, layer: builder.cell('gru', 'f', C, 3) })
      .add({ type: 'each_frequency', name: 'y', inputs: ['f'], channels: 3, layer: builder.cell('lstm', 'y', 3, U) });
    const spec = builder.spec(F * C);
    const batch = 2;
    const data = randomFloats(batch * T * F * C, 4);
    for (const row of [1, 2, 6, 8, 13]) data.fill(0, row * F * C, (row + 1) * F * C);
    const model = await createModel(spec, { build });
    const wanted = runReference(spec, { x: { data, batch, time: T } }).outputs.y;
    expectNear(model.run(data, { batch }), wanted?.data as Float64Array, 2e-6);
    const given = { batch, lengths: [3, 6] };
    const lengths = runReference(spec, { x: { data, batch, time: T } }, { lengths: given.lengths }).outputs.y;
    expectNear(model.run(data, given), lengths?.data as Float64Array, 2e-6);
    const [whole, parts] = [model.run(data.subarray(0, T * F * C)), model.createStream()];
    const size = whole.length / T;
    for (let t = 0; t < T; t++)
      expectSameBits(parts.step(data.subarray(t * F * C, (t + 1) * F * C)), whole.subarray(t * size, (t + 1) * size));
  });

  it.each([
    [{ channels: 4 }, /channels must divide the features; expected a divisor of 6, got 4/],
    [{ layer: { type: 'dense' } }, /node "y", layer: unknown layer type/],
    [{ type: 'each_frame', inputs: ['x', 'h'] }, /wrong number of inputs; expected 1/],
    [{ inputs: ['x', 'h'] }, /an initial state that frequencies do not divide; expected a multiple of 3, got 4/],
  ])('%j is refused', async (fields, words) => {
    const builder = new SpecBuilder(1);
    const layer = builder.cell('gru', 'c', C, U);
    const spec = {
      inputs: [
        { name: 'x', features: F * C },
        { name: 'h', features: 4, kind: 'vector' },
      ],
      nodes: [{ type: 'each_frequency', name: 'y', inputs: ['x'], channels: C, layer, ...fields }],
      outputs: ['y'],
      tensors: builder.tensors,
    };
    await expect(createModel(spec as ModelSpec, { build })).rejects.toThrow(words);
  });
});

describe('layers on demand', () => {
  const of = (...types: string[]) => layersFor({ nodes: types.map((type) => ({ type })) } as unknown as ModelSpec);

  it('those over frequencies only for a model that has such, and whatever there is for one that has others', async () => {
    expect(await of('gru', 'conv1d')).toBe(furtherLayers);
    for (const type of ['conv2d', 'each_frame', 'of nobody', 'toString']) expect(await of('gru', type)).toBe(allLayers);
    expect(await layersFor({} as ModelSpec)).toBe(allLayers);
    expect(await layersFor({ nodes: [null] } as never)).toBe(allLayers);
  });

  it('explain says what they do', async () => {
    const model = await createModel(modelOf('conv2d'));
    expect(explain(model as never, 'y')).toBe(
      'Layer "y" takes each timestep for a frame of frequencies with 2 channels each, and makes 4 channels of them: every output is one sum over 3 frames, ' +
        '3 frequencies and the channels of its group. Of the frames before it keeps in a stream as many as its kernel reaches back.',
    );
    expect(explain((await createModel(modelOf('each_frequency'))) as never, 'y')).toBe(
      'Layer "y" takes each timestep for a frame of 4 frequencies with 2 channels each, and runs a layer of type lstm over time at every one of them: ' +
        'the same weights, and a state for each, which a stream keeps.',
    );
    expect(explain((await createModel(modelOf('each_frame'))) as never, 'y')).toMatch(
      /its state begins anew in every frame/,
    );
  });
});
