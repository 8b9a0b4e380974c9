import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec } from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import { loadInt8 } from '../../src/layers/int8/index.js';
import { runReference } from '../reference/run.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { int8Spec } from '../support/int8.js';
import { randomFloats, SpecBuilder } from '../support/random.js';

// Causal convolutions over time keep the timesteps before in the stream's state: the same bits whole, step by step, in any cut and batch.

const [F, T] = [5, 14];

/** One convolution. */
function one(fields: object = {}, features = F, filters = 3, kernelSize = 3, groups = 1): ModelSpec {
  const builder = new SpecBuilder(4);
  const tensors = {
    weight: builder.tensor('w', filters, kernelSize, features / groups),
    bias: builder.tensor('b', filters),
  };
  builder.add({
    type: 'conv1d',
    name: 'conv',
    inputs: ['x'],
    filters,
    kernelSize,
    groups,
    padding: 'causal',
    tensors,
    ...fields,
  } as never);
  return builder.spec(features);
}

/** A temporal convolutional network: two blocks, each with a residual, dilated more and more; then a GRU. */
function network(): ModelSpec {
  const builder = new SpecBuilder(11);
  let x = 'x';
  for (const dilation of [1, 2, 4]) {
    const [a, b, sum] = [`a${dilation}`, `b${dilation}`, `s${dilation}`];
    const conv = (name: string, input: string) =>
      builder.add({
        type: 'conv1d',
        name,
        inputs: [input],
        filters: F,
        kernelSize: 2,
        dilation,
        padding: 'causal',
        activation: 'relu',
        tensors: { weight: builder.tensor(`${name}.w`, F, 2, F), bias: builder.tensor(`${name}.b`, F) },
      });
    conv(a, x);
    conv(b, a);
    builder.add({ type: 'add', name: sum, inputs: [b, x] });
    x = sum;
  }
  return builder.recurrent('gru', 'gru', x, F, 4).spec(F);
}

describe.each(builds)('a causal convolution over time, %s', (build) => {
  it('is its twin, and the same bits in any cut and batch', async () => {
    const size = fc.constantFrom(1, 2, 3, 4, 8);
    const scenario = fc.record({
      own: size,
      filters: size,
      groups: fc.constantFrom(1, 1, 2, 3),
      kernelSize: fc.integer({ min: 1, max: 4 }),
      dilation: fc.integer({ min: 1, max: 4 }),
      activation: fc.constantFrom(undefined, 'tanh' as const),
      batch: fc.integer({ min: 1, max: 3 }),
      cuts: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: T, maxLength: T }),
      seed: fc.nat(1e6),
    });
    await fc.assert(
      fc.asyncProperty(
        scenario,
        async ({ own, filters, groups, kernelSize, dilation, activation, batch, cuts, seed }) => {
          const features = own * groups;
          const fields = { dilation, ...(activation && { activation }) };
          const spec = one(fields, features, filters * groups, kernelSize, groups);
          const model = await createModel(spec, { build });
          const data = randomFloats(batch * T * features, seed);
          const whole = model.run(data, { batch });
          const wanted = runReference(spec, { x: { data, batch, time: T } }).outputs.conv;
          expectNear(whole, wanted?.data as Float64Array, 5e-6, JSON.stringify(spec.nodes));
          const width = filters * groups;
          for (const sizes of [[1], cuts]) {
            const stream = model.createStream({ batch });
            for (let from = 0, i = 0; from < T; i++) {
              const count = Math.min(sizes[i % sizes.length] as number, T - from);
              const rows = (all: Float32Array, n: number) =>
                Float32Array.from({ length: batch * count * n }, (_, k) => {
                  const b = Math.floor(k / n / count);
                  return all[(b * T + from) * n + (k % (count * n))] as number;
                });
              expectSameBits(stream.run(rows(data, features)), rows(whole, width));
              from += count;
            }
          }
          model.dispose();
        },
      ),
      { numRuns: 25, seed: 15 },
    );
  });

  it('a network of them with residuals streams: saved, restored, forked, many at once', async () => {
    const model = await createModel(network(), { build });
    const x = randomFloats(T * F, 5);
    const frame = (t: number) => x.subarray(t * F, (t + 1) * F);
    const whole = model.run(x);
    const at = (t: number) => whole.subarray(t * 4, (t + 1) * 4);
    const stream = model.createStream();
    for (let t = 0; t < 6; t++) expectSameBits(stream.step(frame(t)), at(t));
    const restored = model.createStream();
    restored.restore(stream.save());
    const streams = [stream, stream.fork(), restored];
    for (let t = 6; t < T; t++) {
      const y = model.stepMany(streams, Float32Array.from([...frame(t), ...frame(t), ...frame(t)]));
      for (let i = 0; i < 3; i++) expectSameBits(y.subarray(4 * i, 4 * i + 4), at(t));
    }
    stream.reset();
    expectSameBits(stream.step(frame(0)), at(0));
    expect(stream.getState().map(({ layer }) => layer)).toEqual(['a1', 'b1', 'a2', 'b2', 'a4', 'b4', 'gru']);
  });

  it('takes lengths: a row is as by itself, and its stream goes on from its own end', async () => {
    const model = await createModel(one({ dilation: 2 }), { build });
    const x = randomFloats(2 * T * F, 6);
    const lengths = [5, T];
    const y = model.run(x, { batch: 2, lengths });
    expectSameBits(y.subarray(0, 15), model.run(x.subarray(0, 5 * F)));
    expect([...y.subarray(15, T * 3)]).toEqual(new Array(T * 3 - 15).fill(0));
    expectSameBits(y.subarray(T * 3), model.run(x.subarray(T * F)));
    const stream = model.createStream({ batch: 2 });
    expectSameBits(stream.run(x, { lengths }), y);
    const more = randomFloats(2 * F, 7);
    const next = stream.step(more);
    const alone = (b: number, n: number) => [
      ...x.subarray(b * T * F, (b * T + n) * F),
      ...more.subarray(b * F, b * F + F),
    ];
    expectSameBits(next.subarray(0, 3), model.run(Float32Array.from(alone(0, 5))).subarray(-3));
    expectSameBits(next.subarray(3), model.run(Float32Array.from(alone(1, T))).subarray(-3));
  });

  it('of int8 weights: the same bits step by step', async () => {
    for (const dilation of [1, 2]) {
      const model = await createModel(int8Spec(one({ dilation })), { build, int8: await loadInt8() });
      const x = randomFloats(T * F, 8);
      const whole = model.run(x);
      const stream = model.createStream();
      for (let t = 0; t < T; t++)
        expectSameBits(stream.step(x.subarray(t * F, (t + 1) * F)), whole.subarray(t * 3, (t + 1) * 3));
    }
  });

  it('is refused a mask, a stride, and a stream where it begins anew or looks ahead', async () => {
    const model = await createModel(one(), { build });
    expect(() => model.run(new Float32Array(2 * F), { mask: [1, 0] })).toThrow(
      'layer "conv": keeps the frames before, masked ones too; expected no mask; lengths may be given',
    );
    expect(() => model.createStream().step(new Float32Array(F), undefined, [0])).toThrow(/masked ones too/);
    await expect(createModel(one({ stride: 2 }), { build })).rejects.toThrow(
      /a causal layer has an output for each frame; expected stride 1 along time, got 2/,
    );
    const fixed = await createModel({ ...one(), inputs: [{ name: 'x', features: F, time: 4 }] }, { build });
    expect(() => fixed.createStream()).toThrow(/layer "conv" starts anew in every run/);
    const zeros = await createModel(one({ padding: [2, 0] }), { build });
    expect(() => zeros.createStream()).toThrow(/layer "conv" begins with zeros in every run; padding 'causal' has/);
    const x = randomFloats(T * F, 9);
    expectSameBits(zeros.run(x), model.run(x));
    const ahead = await createModel(one({ padding: 'same_upper' }), { build });
    expect(() => ahead.createStream()).toThrow(/layer "conv" looks at several timesteps at once/);
    const later = await createModel(one({ padding: [1, 0] }, F, 3, 1), { build });
    expect(() => later.createStream()).toThrow(/layer "conv" looks at several timesteps at once/);
  });

  it('says what it keeps', async () => {
    const model = await createModel(one({ dilation: 2 }), { build });
    expect(explain(model, 'conv')).toContain('Of the timesteps before it keeps in a stream the last 4.');
    expect(explain(await createModel(one({ padding: [2, 0] }), { build }), 'conv')).not.toContain(
      'it keeps in a stream',
    );
  });
});
