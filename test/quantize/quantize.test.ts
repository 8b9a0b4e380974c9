import { describe, expect, it } from 'vitest';
import { fromSafetensors, toSafetensors } from '../../src/importers/safetensors/index.js';
import { createModel, InputError, type Int8TensorSpec, type ModelSpec, SpecError } from '../../src/index.js';
import { type QuantizeOptions, quantize } from '../../src/quantize/index.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

const spec = stack('lstm', 16, 48, 2);
const samples = [randomFloats(40 * 16, 3), randomFloats(25 * 16, 4)];

describe('quantize', () => {
  it('makes a model near the given one, a quarter of its size, and leaves that as it was', async () => {
    const before = structuredClone(spec);
    const { spec: small, report } = await quantize(spec, { samples, layers: 'all' });
    expect(spec).toEqual(before);
    expect(Object.keys(small.int8 ?? {}).sort()).toEqual(
      Object.keys(spec.tensors)
        .filter((name) => spec.tensors[name]?.shape.length === 2)
        .sort(),
    );
    const [model, other] = [await createModel(small), await createModel(spec, { build: 'simd' })];
    let largest = 0;
    for (const sample of samples) {
      const [got, expected] = [model.run(sample), other.run(sample)];
      expectNear(got, expected, 0.01);
      largest = got.reduce((most, y, i) => Math.max(most, Math.abs(y - (expected[i] as number))), largest);
    }
    expect(report.outputs?.head?.max).toBe(largest);
    expect(report.bytes[1] / report.bytes[0]).toBeLessThan(0.29);
    const back = fromSafetensors(toSafetensors(small));
    expectSameBits((await createModel(back)).run(samples[0] as Float32Array), model.run(samples[0] as Float32Array));
  });

  it('rounds to the nearest of 255 steps of each output', async () => {
    const { spec: small } = await quantize(spec, { layers: 'all' });
    for (const [name, { data, scales }] of Object.entries(small.int8 ?? {})) {
      const length = data.length / scales.length;
      spec.tensors[name]?.data.forEach((w, i) => {
        const scale = scales[Math.floor(i / length)] as number;
        expect(Math.abs((data[i] as number) * scale - w)).toBeLessThanOrEqual(scale * 0.5000001);
      });
      expect(data.reduce((most, q) => Math.max(most, Math.abs(q)), 0)).toBe(127);
    }
  });

  it('with a scale for each block of weights loses less where few are large, and is kept so', async () => {
    const heavy = structuredClone(spec) as ModelSpec;
    for (const { data, shape } of Object.values(heavy.tensors))
      if (shape.length === 2)
        data.forEach((w, i) => {
          data[i] = i % 23 === 0 ? 3 * w : w / 3;
        });
    const rms: number[] = [];
    for (const block of [undefined, 16, 4]) {
      const { spec: small, report } = await quantize(heavy, { samples, layers: 'all', ...(block && { block }) });
      rms.push(report.outputs?.head?.rms as number);
      const { shape, data, scales } = (small.int8 as Record<string, Int8TensorSpec>)['lstm1.ih'] as Int8TensorSpec;
      expect(scales.length).toBe((shape[0] as number) * (block ? 48 / block : 1));
      // Of each block, the largest is 127.
      const length = data.length / scales.length;
      for (let i = 0; i < scales.length; i++) {
        const own = data.subarray(i * length, (i + 1) * length);
        expect(own.reduce((most, q) => Math.max(most, Math.abs(q)), 0)).toBe(127);
      }
      expect(report.bytes[1]).toBe(
        Object.values(small.int8 ?? {}).reduce((sum, one) => sum + one.data.length + 4 * one.scales.length, 0),
      );
      const back = await createModel(fromSafetensors(toSafetensors(small)));
      expectSameBits(back.run(samples[0] as Float32Array), (await createModel(small)).run(samples[0] as Float32Array));
    }
    expect(rms[1]).toBeLessThan(0.8 * (rms[0] as number));
    expect(rms[2]).toBeLessThan(0.95 * (rms[1] as number));
  });

  it('gives a table and a convolution one scale for each row all the same', async () => {
    const builder = new SpecBuilder(2);
    const [table, conv] = [builder.tensor('table', 11, 8), builder.tensor('conv', 8, 3, 8)];
    builder.nodes.push(
      { type: 'embedding', name: 'e', inputs: ['x'], tensors: { weight: table } },
      { type: 'conv1d', name: 'c', inputs: ['e'], filters: 8, kernelSize: 3, tensors: { weight: conv } },
      { type: 'dense', name: 'd', inputs: ['c'], units: 4, tensors: { weight: builder.tensor('dense', 4, 8) } },
    );
    const { spec: small } = await quantize(builder.spec(1, undefined, 'int32'), { layers: 'all', block: 4 });
    const counts = Object.entries(small.int8 ?? {}).map(([name, { scales }]) => [name, scales.length]);
    expect(Object.fromEntries(counts)).toEqual({ table: 11, conv: 8, dense: 8 });
    expect((await createModel(small)).run([1, 2, 3, 4])).toHaveLength(8);
  });

  it('accounts for each layer: gates, states, outputs', async () => {
    const { report } = await quantize(spec, { samples, layers: 'all' });
    expect(report.layers.map(({ name, type, int8, errors }) => [name, type, int8, Object.keys(errors ?? {})])).toEqual([
      ['lstm0', 'lstm', true, ['i', 'f', 'g', 'o', 'h', 'c']],
      ['lstm1', 'lstm', true, ['i', 'f', 'g', 'o', 'h', 'c']],
      ['head', 'dense', true, ['y']],
    ]);
    for (const { errors } of report.layers) {
      for (const { max, rms } of Object.values(errors ?? {})) {
        expect(rms).toBeGreaterThan(0);
        expect(max).toBeGreaterThan(rms);
        expect(max).toBeLessThan(0.02);
      }
    }
    expect(report.layers[2]?.errors?.y).toEqual(report.outputs?.head);
    const text = `${report}`;
    for (const word of ['lstm0', 'int8', 'head', 'output', 'bytes, now']) expect(text).toContain(word);
    expect(structuredClone(report)).toEqual({ ...report });
  });

  it('leaves small layers, and those it is told to keep', async () => {
    const { spec: small, report } = await quantize(spec, { samples, keep: ['lstm1'] });
    expect(report.layers.map(({ name, int8, why }) => [name, int8, why])).toEqual([
      ['lstm0', true, undefined],
      ['lstm1', false, 'kept'],
      ['head', false, 'too small to gain'],
    ]);
    expect(Object.keys(small.int8 ?? {})).toEqual(['lstm0.ih', 'lstm0.hh']);
    expect(report.layers[1]?.bytes).toEqual([4 * 192 * 96, 4 * 192 * 96]);
    expect(report.layers[1]?.errors?.h?.max).toBeGreaterThan(0);
    const none = await quantize(stack('gru', 2, 8));
    expect(none.spec.int8).toBeUndefined();
    expect(none.report.layers.map(({ why }) => why)).toEqual(['too small to gain', 'too small to gain']);
    expect(none.report.outputs).toBeUndefined();
    expect(none.report.layers[0]).not.toHaveProperty('errors');
  });

  it('leaves layers of few outputs and convolutions of small groups, which int8 makes slower', async () => {
    const builder = new SpecBuilder(2);
    const conv = (name: string, input: string, filters: number, channels: number, groups: number, taps = 3): void => {
      const weight = builder.tensor(`${name}.w`, filters, taps, channels / groups);
      builder.nodes.push({
        type: 'conv1d',
        name,
        inputs: [input],
        filters,
        kernelSize: taps,
        groups,
        tensors: { weight },
      });
    };
    conv('whole', 'x', 64, 64, 1);
    conv('groups of 3,072', 'whole', 64, 64, 2);
    conv('groups of 12,288', 'groups of 3,072', 64, 64, 2, 12);
    conv('groups of few outputs', 'groups of 12,288', 16, 64, 2, 50);
    conv('few outputs', 'groups of 12,288', 15, 64, 1, 30);
    builder.dense('sixteen', 'whole', 64, 192).dense('fifteen', 'sixteen', 192, 15).dense('many', 'sixteen', 192, 16);
    const all = builder.spec(64, ['few outputs', 'groups of few outputs', 'fifteen', 'many']);
    const { report } = await quantize(all);
    expect(report.layers.filter(({ int8 }) => int8).map(({ name }) => name)).toEqual([
      'whole',
      'groups of 12,288',
      'sixteen',
      'many',
    ]);
    expect((await quantize(all, { layers: 'all' })).report.layers.every(({ int8 }) => int8)).toBe(true);
  });

  it('takes layers of every type that can be int8, halves of bidirectional ones apart', async () => {
    const builder = new SpecBuilder(2);
    builder.nodes.push(
      { type: 'embedding', name: 'e', inputs: ['x'], tensors: { weight: builder.tensor('table', 11, 6) } },
      {
        type: 'conv1d',
        name: 'c',
        inputs: ['e'],
        filters: 8,
        kernelSize: 3,
        padding: [1, 1],
        tensors: { weight: builder.tensor('conv', 8, 3, 6) },
      },
    );
    builder.bidirectional('gru', 'b', 'c', 8, 12).recurrent('rnn', 'r', 'b', 24, 9);
    const all = builder.spec(1, undefined, 'int32');
    const { spec: small, report } = await quantize({ spec: all } as never, {
      samples: [[3, 0, 10, 2, 7]],
      layers: 'all',
    });
    expect(report.layers.map(({ name, int8, errors }) => [name, int8, Object.keys(errors ?? {})])).toEqual([
      ['e', true, ['y']],
      ['c', true, ['y']],
      [
        'b',
        true,
        ['r', 'z', 'n', 'h']
          .flatMap((key) => [`forward.${key}`])
          .concat(['backward.r', 'backward.z', 'backward.n', 'backward.h']),
      ],
      ['r', true, ['h']],
    ]);
    const x = [1, 2, 3];
    expectNear((await createModel(small)).run(x), (await createModel(all)).run(x), 0.02);
  });

  it('keeps float32 what a layer shares with one that is', async () => {
    const builder = new SpecBuilder(2);
    const shared = builder.tensor('w', 60, 60);
    builder.nodes.push(
      { type: 'dense', name: 'a', inputs: ['x'], units: 60, tensors: { weight: shared } },
      { type: 'dense', name: 'b', inputs: ['a'], units: 60, tensors: { weight: shared } },
    );
    const twice = builder.spec(60);
    expect((await quantize(twice)).report.layers.map(({ why }) => why)).toEqual([undefined, undefined]);
    const { report, spec: kept } = await quantize(twice, { keep: ['b'] });
    expect(report.layers.map(({ why }) => why)).toEqual(['shares "w" with b', 'kept']);
    expect(kept.int8).toBeUndefined();
  });

  it('a row of zeros, and weights too small for a scale', async () => {
    const builder = new SpecBuilder(2);
    const name = builder.tensor('w', 4, 3);
    const data = Float32Array.of(0, 0, 0, 1e-45, 0, 1e-45, 1e-30, -2.01e-30, 0, 1, 2.01, 3);
    builder.tensors.w = { shape: [4, 3], data };
    builder.nodes.push({ type: 'dense', name: 'y', inputs: ['x'], units: 4, tensors: { weight: name } });
    const { spec: small } = await quantize(builder.spec(3), { layers: 'all' });
    const { scales, data: int8 } = (small.int8 as Record<string, Int8TensorSpec>).w as Int8TensorSpec;
    expect([scales[0], scales[1]]).toEqual([0, 0]);
    expect([...int8.subarray(6)]).toEqual([63, -127, 0, 42, 85, 127]);
    const [y] = [(await createModel(small)).run([1, 1, 1])];
    expectNear(y.subarray(3), [6.01], 0.02);
  });

  it('an int8 model stays as it is', async () => {
    const { spec: small } = await quantize(spec);
    const again = await quantize(small, { samples, layers: 'all' });
    expect(again.report.layers.map(({ name }) => name)).toEqual(['head']);
    for (const [name, tensor] of Object.entries(small.int8 ?? {})) expect(again.spec.int8?.[name]).toEqual(tensor);
  });

  it.each<[string, object, string]>([
    [
      'an unknown option',
      { sample: [] },
      'quantize: unknown option "sample"; expected weights, samples, compensate, block, keep, layers',
    ],
    ['other weights', { weights: 'int4' }, 'quantize, weights: no such type of weights; expected int8, got "int4"'],
    [
      'blocks of five',
      { block: 5 },
      'quantize, block: not a number of weights; expected a multiple of 4, 4 to 2048, got 5',
    ],
    ['blocks of none', { block: 0 }, 'quantize, block: not a number of weights'],
    ['blocks beyond int32', { block: 2052 }, 'quantize, block: not a number of weights'],
    ['another choice', { layers: 'some' }, 'quantize, layers: no such choice; expected faster, all, exact, got "some"'],
    [
      'a layer that is not there',
      { keep: ['lstm2'] },
      'quantize, keep: no such layer; expected lstm0, lstm1, head, got "lstm2"',
    ],
    ['samples that are none', { samples: 3 }, 'quantize, samples: not a list; expected an array of runs, got "number"'],
    ['a list of layers that is none', { keep: 'lstm0' }, 'quantize, keep: not a list; expected an array of layers'],
    ['a sample that the model does not take', { samples: [new Float32Array(17)] }, 'wrong length'],
  ])('refuses %s', async (_, options, message) => {
    const refused = quantize(spec, options as QuantizeOptions);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(InputError);
  });

  it('refuses weights that are not finite, and specs that are wrong', async () => {
    const broken = structuredClone(spec) as ModelSpec;
    (broken.tensors['lstm0.ih']?.data as Float32Array)[20] = Number.NaN;
    await expect(quantize(broken)).rejects.toThrow(
      'tensor "lstm0.ih", output 1: a weight that cannot be int8; expected finite weights, at most 127 · 2^96, got NaN',
    );
    await expect(quantize({ ...spec, outputs: ['none'] })).rejects.toBeInstanceOf(SpecError);
  });
});
