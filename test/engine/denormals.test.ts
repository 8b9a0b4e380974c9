import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec } from '../../src/index.js';
import { expectSameBits, largestDifference } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder, stack, uniform } from '../support/random.js';
import { STACKS } from '../support/stacks.js';

/** Where cells begin to take numbers for 0. */
const TINY = 2 ** -63;
const SIZES = [1e-18, TINY, 1e-19, 1e-20, 1e-30, 1e-39, 1e-45];

/** Numbers of every size, usual ones among them, and zeros of both signs. */
function mixed(length: number, seed: number): Float32Array {
  const next = uniform(seed);
  return Float32Array.from({ length }, () => {
    const scale = [1, 0, -0, ...SIZES][Math.floor((next() + 1) * 5)] as number;
    return scale * next();
  });
}

const without = (data: Float32Array): Float32Array => data.map((x) => (Math.abs(x) < TINY ? 0 : x));

const withTensors = (spec: ModelSpec, change: (data: Float32Array, name: string) => Float32Array): ModelSpec => ({
  ...spec,
  tensors: Object.fromEntries(
    Object.entries(spec.tensors).map(([name, { shape, data }]) => [name, { shape, data: change(data, name) }]),
  ),
});

describe.each(builds)('tiny numbers, %s', (build) => {
  describe.each([
    ...STACKS,
    ['rnn of relu', stack('rnn', 5, 13, 1, 1, { activation: 'relu' }), 5] as const,
    ['gru reset before, 13', stack('gru', 5, 13, 2, 1, { resetAfter: false }), 5] as const,
  ])('%s', (_, spec, features) => {
    const TIME = 21;
    const BATCH = 3;
    const x = mixed(BATCH * TIME * features, 7);

    it('in inputs are zeros, the same in steps, cuts, batches and whole', async () => {
      const model = await createModel(spec, { build });
      const whole = model.run(x, { batch: BATCH });
      expectSameBits(whole, model.run(without(x), { batch: BATCH }));
      const size = whole.length / BATCH;
      const width = size / TIME;
      for (let b = 0; b < BATCH; b++) {
        const own = x.subarray(b * TIME * features, (b + 1) * TIME * features);
        const expected = whole.subarray(b * size, (b + 1) * size);
        expectSameBits(model.run(own), expected);
        const stream = model.createStream();
        for (let t = 0; t < TIME; ) {
          const end = Math.min(TIME, t + 1 + (t % 4));
          const piece = own.subarray(t * features, end * features);
          expectSameBits(
            end === t + 1 ? stream.step(piece) : stream.run(piece),
            expected.subarray(t * width, end * width),
          );
          t = end;
        }
      }
    });

    it('in weights and states are zeros', async () => {
      const scales = SIZES.map((scale) => (data: Float32Array) => data.map((w) => w * scale));
      const some = (data: Float32Array): Float32Array => data.map((w, i) => (i % 3 === 0 ? w * 1e-20 : w));
      const cells = spec.nodes.flatMap((node) => Object.values((node as { tensors?: object }).tensors ?? {}));
      const head = spec.nodes.find(({ type }) => type === 'dense') as { tensors?: object } | undefined;
      const others = Object.values(head?.tensors ?? {});
      for (const change of [some, ...scales]) {
        const own = (of: (data: Float32Array) => Float32Array) =>
          withTensors(spec, (data, name) => (cells.includes(name) && !others.includes(name) ? of(data) : data));
        const [given, expected] = await Promise.all([
          createModel(own(change), { build }),
          createModel(
            own((data) => without(change(data))),
            { build },
          ),
        ]);
        expectSameBits(given.run(x, { batch: BATCH }), expected.run(x, { batch: BATCH }));
      }
      const model = await createModel(spec, { build });
      const [stream, other] = [model.createStream(), model.createStream()];
      const state = stream.getState().map(({ h, c }, index) => ({
        h: mixed(h.length, index),
        ...(c && { c: mixed(c.length, index + 50) }),
      }));
      stream.setState(state);
      other.setState(state.map(({ h, c }) => ({ h: without(h), ...(c && { c: without(c) }) })));
      expect(stream.save()).toEqual(other.save());
      const restored = model.createStream();
      restored.restore(stream.save());
      const next = x.subarray(0, features * 5);
      const expected = stream.run(next);
      expectSameBits(restored.run(next), expected);
      expectSameBits(model.run(next, { initialState: state }), expected);
    });
  });

  it.each(['lstm', 'gru', 'rnn'] as const)('%s: a state that decays ends as zero', async (type) => {
    // No input and no bias: h goes to zero by itself.
    const spec = withTensors(stack(type, 2, 6), (data, name) =>
      /bih|bhh|head.b/.test(name) ? data.fill(0) : data.map((w) => w * 0.3),
    );
    const model = await createModel({ ...spec, outputs: [`${type}0`] }, { build });
    const stream = model.createStream();
    stream.run(randomFloats(8, 3));
    for (let t = 0; t < 400; t++) stream.step([0, 0]);
    for (const { h, c } of stream.getState()) {
      expect([...h].every((value) => value === 0)).toBe(true);
      expect([...(c ?? [])].every((value) => value === 0)).toBe(true);
    }
  });

  it.each(['lstm', 'gru', 'rnn'] as const)('%s: NaN and infinities go through', async (type) => {
    const model = await createModel({ ...stack(type, 2, 6), outputs: [`${type}0`] }, { build });
    expect([...model.run([Number.NaN, 1])].every(Number.isNaN)).toBe(true);
    const stream = model.createStream();
    stream.setState(stream.getState().map(({ h, c }) => ({ h: h.fill(Number.NaN), ...(c && { c }) })));
    expect([...stream.step([1, 1])].every(Number.isNaN)).toBe(true);
    expect([...model.run([Number.POSITIVE_INFINITY, 0])].some(Number.isFinite)).toBe(true);
  });

  it.each(['lstm', 'gru', 'rnn'] as const)('%s: beside huge weights tiny inputs count', async (type) => {
    const spec = stack(type, 3, 9);
    const scaled = withTensors(spec, (data, name) => (name.endsWith('.ih') ? data.map((w) => w * 2 ** 70) : data));
    const [usual, huge] = await Promise.all([createModel(spec, { build }), createModel(scaled, { build })]);
    const x = randomFloats(3 * 30, 9);
    const tiny = x.map((value) => value * 2 ** -70);
    expect(largestDifference(huge.run(tiny), usual.run(x))).toBeLessThan(1e-6);
    const stream = huge.createStream();
    const whole = huge.run(tiny);
    for (let t = 0; t < 30; t++) {
      expectSameBits(stream.step(tiny.subarray(3 * t, 3 * t + 3)), whole.subarray(3 * t, 3 * t + 3));
    }
  });

  it.each<[string, (builder: SpecBuilder) => SpecBuilder, string[]]>([
    ['dense', (b) => b.add({ type: 'dense', name: 'y', inputs: ['x'], units: 7, tensors: { weight: 'w' } }), ['y']],
    [
      'a convolution',
      (b) =>
        b.add({
          type: 'conv1d',
          name: 'y',
          inputs: ['x'],
          filters: 7,
          kernelSize: 1,
          tensors: { weight: 'k' },
        } as never),
      ['y'],
    ],
    [
      'dense and a cell',
      (b) =>
        b
          .add({ type: 'dense', name: 'y', inputs: ['x'], units: 7, tensors: { weight: 'w' } })
          .recurrent('lstm', 'l', 'x', 5, 4),
      ['y', 'l'],
    ],
  ])('denormals that products alone read are zeros: %s', async (_, make, outputs) => {
    const builder = make(new SpecBuilder(3));
    const weights = randomFloats(35, 9);
    builder.tensors.w = { shape: [7, 5], data: weights };
    builder.tensors.k = { shape: [7, 1, 5], data: weights };
    const spec = builder.spec(5, outputs);
    const used = new Set(spec.nodes.flatMap((node) => ('tensors' in node ? Object.values(node.tensors) : [])));
    for (const name of ['w', 'k']) if (!used.has(name)) delete (spec.tensors as Record<string, unknown>)[name];
    const model = await createModel(spec, { build });
    const [BATCH, TIME] = [2, 6];
    const x = mixed(BATCH * TIME * 5, 4).map((value, i) => (i % 7 === 0 ? 1e-39 : value));
    const zeros = x.map((value) => (Math.abs(value) < 2 ** -126 ? 0 : value));
    expect(zeros.filter((value) => value !== 0 && Math.abs(value) < TINY).length).toBeGreaterThan(5);
    const [all, wanted] = [x, zeros].map((data) => Object.values(model.runNamed({ x: data }, { batch: BATCH })));
    wanted?.forEach(({ data }, output) => {
      expectSameBits(all?.[output]?.data as Float32Array, data);
    });
    // Nothing of them is left: 1e-39 alone gives what zeros give.
    const alone = (value: number) => model.runNamed({ x: new Float32Array(5).fill(value) }).y?.data as Float32Array;
    expectSameBits(alone(1e-39), alone(0));
    expect(Math.abs(alone(2 ** -126)[0] as number)).toBeGreaterThan(0);
    const stream = model.createStream();
    for (let t = 0; t < TIME; t++) {
      const step = Object.values(stream.runNamed({ x: x.subarray(5 * t, 5 * t + 5) }));
      step.forEach(({ data }, output) => {
        const whole = wanted?.[output]?.data as Float32Array;
        expectSameBits(data, whole.subarray(t * data.length, (t + 1) * data.length));
      });
    }
  });

  it('denormals of an input that something else reads too are no zeros', async () => {
    const builder = new SpecBuilder(3)
      .add({ type: 'dense', name: 'y', inputs: ['x'], units: 1, tensors: { weight: 'w' } })
      .add({ type: 'masking', name: 'm', inputs: ['x'], maskValue: 0 })
      .recurrent('lstm', 'l', 'm', 1, 4);
    builder.tensors.w = { shape: [1, 1], data: Float32Array.of(2 ** 80) };
    const model = await createModel(builder.spec(1, ['y', 'l']), { build });
    const { y, l } = model.runNamed({ x: Float32Array.of(0, 1e-40) });
    expect(y?.data[1]).toBe(Math.fround(Math.fround(1e-40) * 2 ** 80));
    // The first timestep is masked, the second not.
    expect(l?.data.subarray(0, 4)).toEqual(new Float32Array(4));
    expect(l?.data[4]).not.toBe(0);
  });

  it('outside cells they are what they are', async () => {
    const builder = new SpecBuilder(1)
      .add({ type: 'scale_shift', name: 's', inputs: ['x'], tensors: { scale: 'big' } })
      .recurrent('gru', 'g', 's', 2, 5);
    builder.tensors.big = { shape: [2], data: Float32Array.of(2 ** 70, 2 ** 70) };
    const model = await createModel(builder.spec(2, ['g', 's']), { build });
    const x = randomFloats(10, 3);
    const { s, g } = model.runNamed({ x: x.map((value) => value * 2 ** -70) });
    expectSameBits(s?.data as Float32Array, x);
    const plain = await createModel(
      { ...builder.spec(2, ['g']), nodes: [{ ...builder.nodes[1], inputs: ['x'] }] as never },
      { build },
    );
    expectSameBits(g?.data as Float32Array, plain.run(x));
    const carry: ModelSpec = {
      inputs: [
        { name: 'x', features: 1 },
        { name: 'before', features: 1, kind: 'vector' },
      ],
      nodes: [
        { type: 'timestep', name: 'now', inputs: ['x'], index: -1 },
        { type: 'add', name: 'sum', inputs: ['before', 'now'] },
      ],
      outputs: ['sum'],
      carries: [{ input: 'before', output: 'sum' }],
      tensors: {},
    };
    const stream = (await createModel(carry, { build })).createStream();
    stream.setState([{ h: [1e-40] }]);
    const bytes = stream.save();
    stream.reset();
    stream.restore(bytes);
    expect(stream.step([0])[0]).toBe(Math.fround(1e-40));
  });
});
