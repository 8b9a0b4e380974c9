import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec } from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import { runReference } from '../reference/run.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder } from '../support/random.js';

// A convolutional LSTM beyond what every layer over time and frequency is held to (frequency.test.ts): its state, walks, masks, refusals.

const [ROWS, COLUMNS, C, F, T, BATCH] = [4, 3, 2, 3, 7, 2];
const FEATURES = ROWS * COLUMNS * C;
const SIZE = ROWS * COLUMNS * F;

function spec(fields: object = {}, outputs: readonly string[] = ['y'], states = false): ModelSpec {
  const builder = new SpecBuilder(3);
  builder.add({
    type: 'conv_lstm',
    name: 'y',
    inputs: states ? ['x', 'h', 'c'] : ['x'],
    outputs: [...outputs],
    channels: C,
    filters: F,
    rows: ROWS,
    kernelSize: [3, 2],
    padding: ['same_upper', 'same_upper'],
    tensors: {
      weightIh: builder.tensor('w', 4 * F, 3, 2, C),
      weightHh: builder.tensor('u', 4 * F, 3, 2, F),
      biasIh: builder.tensor('b', 4 * F),
    },
    ...fields,
  } as never);
  const made = builder.spec(FEATURES, [...outputs]);
  const vector = { features: SIZE, kind: 'vector' } as const;
  return states ? { ...made, inputs: [...made.inputs, { name: 'h', ...vector }, { name: 'c', ...vector }] } : made;
}

const x = randomFloats(BATCH * T * FEATURES, 5);
const fed = { x: { data: x, batch: BATCH, time: T, shape: [BATCH, T, FEATURES] } };

describe.each(builds)('a convolutional LSTM, %s', (build) => {
  it.each([
    ['the last output alone', { returnSequences: false }],
    ['from the end', { goBackwards: true }],
    ['from the end, in the order of the input', { goBackwards: true, outputOrder: 'input' }],
    ['from the end, the last output alone', { goBackwards: true, returnSequences: false }],
  ])('%s, with its final state', async (_, fields) => {
    const made = spec(fields, ['y', 'hn', 'cn']);
    const model = await createModel(made, { build });
    const got = model.runNamed(fed);
    const wanted = runReference(made, fed).outputs;
    for (const name of made.outputs) {
      expect(got[name]?.shape).toEqual(wanted[name]?.dims);
      expectNear(got[name]?.data, wanted[name]?.data, 2e-6, name);
    }
  });

  it('starts from a state that is given', async () => {
    const made = spec({}, ['y', 'hn', 'cn'], true);
    const state = (seed: number) => ({
      data: randomFloats(BATCH * SIZE, seed),
      batch: BATCH,
      time: 1,
      shape: [BATCH, SIZE],
    });
    const all = { ...fed, h: state(1), c: state(2) };
    const model = await createModel(made, { build });
    const got = model.runNamed(all);
    const wanted = runReference(made, all).outputs;
    for (const name of made.outputs) expectNear(got[name]?.data, wanted[name]?.data, 2e-6, name);
    expect(() => model.createStream()).toThrow(/layer "y" takes its initial state from another value at every run/);
    // Carried by the model, the same state lasts in a stream.
    const carries = [
      { input: 'h', output: 'hn' },
      { input: 'c', output: 'cn' },
    ];
    const carried = (await createModel({ ...made, outputs: ['y'], carries }, { build })).createStream();
    const whole = (await createModel(spec(), { build })).run(x.subarray(0, T * FEATURES));
    for (let t = 0; t < T; t++)
      expectSameBits(
        carried.step(x.subarray(t * FEATURES, (t + 1) * FEATURES)),
        whole.subarray(t * SIZE, (t + 1) * SIZE),
      );
  });

  it.each([
    ['mask', { mask: [1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0] }],
    ['lengths', { lengths: [3, T] }],
  ])('%s', async (_, options) => {
    for (const returnSequences of [true, false]) {
      const made = spec({ returnSequences });
      const model = await createModel(made, { build });
      const wanted = runReference(made, fed, options).outputs.y;
      const got = model.run(x, { batch: BATCH, ...options });
      expectNear(got, wanted?.data, 2e-6);
      expectSameBits(model.createStream({ batch: BATCH }).run(x, options), got);
    }
  });

  it('keeps its state in a stream: saved, restored, forked, reset, many at once', async () => {
    const model = await createModel(spec(), { build });
    const whole = model.run(x.subarray(0, T * FEATURES));
    const frame = (t: number) => x.subarray(t * FEATURES, (t + 1) * FEATURES);
    const at = (t: number) => whole.subarray(t * SIZE, (t + 1) * SIZE);
    const stream = model.createStream();
    for (let t = 0; t < 3; t++) expectSameBits(stream.step(frame(t)), at(t));
    const [state] = stream.getState();
    expect([state?.layer, state?.h.length, state?.c?.length]).toEqual(['y', SIZE, SIZE]);
    expectSameBits(state?.h ?? [], at(2));
    const restored = model.createStream();
    restored.restore(stream.save());
    const streams = [stream, stream.fork(), restored];
    for (let t = 3; t < T; t++) {
      const many = model.stepMany(streams, Float32Array.from([...frame(t), ...frame(t), ...frame(t)]));
      for (let i = 0; i < 3; i++) expectSameBits(many.subarray(i * SIZE, (i + 1) * SIZE), at(t));
    }
    stream.reset();
    expectSameBits(stream.step(frame(0)), at(0));
  });

  it.each([
    [{ rows: 5 }, /rows and channels must divide the features; expected a divisor of 24, got 5 · 2/],
    [{ kernelSize: [5, 2], padding: undefined, tensors: { weightIh: 'w5', weightHh: 'u5' } }, /too short/],
    [{ recurrentKernelSize: [1, 1] }, /weightHh/],
    [{ activations: { q: 'tanh' } }, /unknown field "q"/],
    [{ padding: ['causal', [0, 0]] }, /padding, time: not a pair of sizes/],
    [{ inputs: ['x', 'x'] }, /wrong number of inputs; expected \[x\] or \[x, h0, c0\]/],
    [
      { inputs: ['x', 'x', 'x'] },
      /initial state "x" has the wrong shape; expected a vector of 36, got a sequence of 24/,
    ],
  ])('%j is refused', async (fields, words) => {
    const made = spec(fields);
    const more = {
      w5: { shape: [12, 5, 2, 2], data: new Float32Array(240) },
      u5: { shape: [12, 5, 2, 3], data: new Float32Array(360) },
    };
    await expect(createModel({ ...made, tensors: { ...made.tensors, ...more } }, { build })).rejects.toThrow(words);
  });

  it('is not streamed backwards, nor where it starts anew; and says what it is', async () => {
    const back = await createModel(spec({ goBackwards: true }), { build });
    expect(() => back.createStream()).toThrow(/layer "y" walks backwards from the last timestep/);
    const fixed = await createModel({ ...spec(), inputs: [{ name: 'x', features: FEATURES, time: 3 }] }, { build });
    expect(() => fixed.createStream()).toThrow(/layer "y" starts anew in every run/);
    expect(explain(back, 'y')).toContain('is a convolutional LSTM: at each timestep, an image of 4 rows');
  });
});
