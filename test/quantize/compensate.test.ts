import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec } from '../../src/index.js';
import { compensated } from '../../src/quantize/compensate.js';
import { Covariance } from '../../src/quantize/covariance.js';
import { type QuantizeOptions, quantize } from '../../src/quantize/index.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

/** Rows whose numbers stand for one another in part: each a mixture of a few. */
function mixtures(rows: number, width: number, seed: number): Float32Array {
  const few = 4;
  const mix = randomFloats(few * width, 5);
  const of = randomFloats(rows * few, seed);
  const noise = randomFloats(rows * width, seed + 1, 0.05);
  return noise.map((own, at) => {
    const [row, j] = [Math.floor(at / width), at % width];
    let sum = own;
    for (let i = 0; i < few; i++) sum += (of[row * few + i] as number) * (mix[i * width + j] as number);
    return sum;
  });
}

/** Root mean square difference of what two models make of an input. */
async function rms(spec: ModelSpec, other: ModelSpec, x: Float32Array): Promise<number> {
  const [a, b] = [(await createModel(spec)).run(x), (await createModel(other)).run(x)];
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0) / a.length);
}

describe('rounding that the samples make up for', () => {
  it('is rounding each by itself where nothing stands for anything else', () => {
    const known = new Covariance(6);
    for (let i = 0; i < 6; i++) known.sums[i * 6 + i] = 1 + i;
    const row = Float32Array.of(0.4, -1.6, 2.5001, 200, -200, 0);
    const to = new Int8Array(6);
    compensated(known)?.(row, Float32Array.of(1), 6, 127, to);
    expect([...to]).toEqual([0, -2, 3, 127, -127, 0]);
  });

  it('puts on the second of twins what the first has lost', () => {
    const known = new Covariance(2);
    known.add(Float32Array.of(1, 1, -2, -2, 0.5, 0.5));
    const to = new Int8Array(2);
    // 0.4 + 0.4 of the same number are nearer to 1 than to 0.
    compensated(known)?.(Float32Array.of(0.4, 0.4), Float32Array.of(1), 2, 127, to);
    expect([...to]).toEqual([0, 1]);
  });

  it('adds rows up, without those that are not finite', () => {
    const known = new Covariance(2);
    known.add(Float32Array.of(1, 2, Number.NaN, 1, 3, -1, 1, Number.POSITIVE_INFINITY));
    expect([...known.sums]).toEqual([10, -1, -1, 5]);
  });

  it('knows nothing by zeros', () => expect(compensated(new Covariance(3))).toBeUndefined());

  it('halves the error of a dense layer of correlated inputs, also of inputs not seen', async () => {
    const spec = new SpecBuilder(3).dense('y', 'x', 48, 32).spec(48);
    const samples = [mixtures(300, 48, 1)];
    const plain = (await quantize(spec, { layers: 'all' })).spec;
    expect((await quantize(spec, { layers: 'all', samples })).spec).toEqual(plain);
    const better = (await quantize(spec, { layers: 'all', samples, compensate: true })).spec;
    expect(Object.keys(better.int8 ?? {})).toEqual(Object.keys(plain.int8 ?? {}));
    for (const x of [samples[0] as Float32Array, mixtures(100, 48, 77)]) {
      expect(await rms(spec, better, x)).toBeLessThan(0.5 * (await rms(spec, plain, x)));
    }
  });

  it.each(['lstm', 'gru', 'rnn'] as const)('lessens that of a %s', async (type) => {
    const spec = stack(type, 24, 40);
    const samples = [mixtures(200, 24, 1), mixtures(100, 24, 2)];
    const plain = (await quantize(spec, { layers: 'all' })).spec;
    const { spec: better, report } = await quantize(spec, { layers: 'all', samples, compensate: true });
    const x = mixtures(150, 24, 9);
    expect(await rms(spec, better, x)).toBeLessThan(0.8 * (await rms(spec, plain, x)));
    expect(report.outputs?.head?.rms).toBeGreaterThan(0);
  });

  it('takes halves of bidirectional layers, embeddings and convolutions along', async () => {
    const builder = new SpecBuilder(2);
    builder.nodes.push(
      { type: 'embedding', name: 'e', inputs: ['x'], tensors: { weight: builder.tensor('table', 11, 8) } },
      {
        type: 'conv1d',
        name: 'c',
        inputs: ['e'],
        filters: 8,
        kernelSize: 3,
        padding: [1, 1],
        tensors: { weight: builder.tensor('conv', 8, 3, 8) },
      },
    );
    builder.bidirectional('lstm', 'b', 'c', 8, 12);
    const spec = builder.spec(1, undefined, 'int32');
    const samples = [[3, 0, 10, 2, 7, 7, 4, 1]];
    const plain = (await quantize(spec, { layers: 'all' })).spec;
    const better = (await quantize(spec, { layers: 'all', samples, compensate: true })).spec;
    const changed = Object.keys(plain.int8 ?? {}).filter(
      (name) => `${plain.int8?.[name]?.data}` !== `${better.int8?.[name]?.data}`,
    );
    expect(changed.sort()).toEqual(['b.backward.hh', 'b.backward.ih', 'b.forward.hh', 'b.forward.ih']);
  });

  it.each<[string, object, string]>([
    ['no samples', { compensate: true }, 'quantize, compensate: nothing to go by; expected samples, got []'],
    ['no yes or no', { compensate: 1 }, 'quantize, compensate: not a yes or no; expected true or false, got 1'],
  ])('refuses %s', async (_, options, message) => {
    await expect(quantize(stack('rnn', 2, 3), options as QuantizeOptions)).rejects.toThrow(message);
  });
});
