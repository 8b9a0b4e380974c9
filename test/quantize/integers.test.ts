import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel, type Int8TensorSpec } from '../../src/index.js';
import { quantize } from '../../src/quantize/index.js';
import { scaleOf } from '../../src/quantize/integers.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { randomFloats, SpecBuilder } from '../support/random.js';

const { fround } = Math;

/** What is found of a row, as weights again; undefined if nothing is. */
function found(row: Float32Array): { scale: number; q: number[]; weights: Float32Array } | undefined {
  const to = new Int8Array(row.length);
  const scale = scaleOf(row, to);
  return scale === undefined ? undefined : { scale, q: [...to], weights: Float32Array.from(to, (q) => q * scale) };
}

const products = (q: readonly number[], scale: number, zero = 0): Float32Array =>
  Float32Array.from(q, (one) => (one - zero) * scale);

/** Numbers that no other divides all, so that there is one scale alone. */
const wholes = (low: number, high: number) =>
  fc.array(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 40 }).map((all) => [...all, 1]);
const scales = fc
  .double({ min: 2 ** -90, max: 2 ** 90, noNaN: true })
  .map((x) => fround(x))
  .filter((x) => x > 0);
const ordinary = fc.double({ min: 1e-4, max: 0.1, noNaN: true });

describe('the integers that weights are made of', () => {
  it('are found with their scale, to the bit', () => {
    fc.assert(
      fc.property(wholes(-128, 127), fc.oneof(scales, ordinary.map(fround)), (q, scale) => {
        const row = products(q, scale);
        expect(found(row)).toEqual({ scale, q: q.map((n) => n + 0), weights: row });
      }),
      { numRuns: 500 },
    );
  });

  it('are found where a zero point stood, while they fit into 8 bits', () => {
    fc.assert(
      fc.property(wholes(0, 255), fc.integer({ min: 0, max: 255 }), ordinary.map(fround), (q, zero, scale) => {
        const whole = [...q.map((n) => n - zero), 1];
        const got = found(products(whole, scale));
        const [low, high] = [Math.min(...whole), Math.max(...whole)];
        if (low >= -128 && high <= 127) expect(got).toEqual({ scale, q: whole, weights: products(whole, scale) });
        else if (low >= -127 && high <= 128) {
          expect(got).toEqual({ scale: -scale, q: whole.map((n) => -n + 0), weights: products(whole, scale) });
        } else expect(got).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('are found within a rounding of float32 where scale and minimum are doubles', () => {
    fc.assert(
      fc.property(wholes(0, 255), fc.integer({ min: 100, max: 128 }), ordinary, (q, zero, scale) => {
        const minimum = -zero * scale;
        const inside = q.filter((n) => n - zero <= 127);
        // With 1 among them, of which all others are multiples.
        const row = Float32Array.from([...inside, zero + 1], (n) => n * scale + minimum);
        const got = found(row);
        expect(got?.q).toEqual([...inside.map((n) => n - zero), 1]);
        got?.weights.forEach((weight, j) => {
          expect(Math.abs(weight - (row[j] as number))).toBeLessThanOrEqual(2 ** -23 * Math.abs(row[j] as number));
        });
      }),
      { numRuns: 300 },
    );
  });

  it('are not found in weights that are none', () => {
    for (let seed = 1; seed <= 200; seed++) expect(found(randomFloats(12, seed))).toBeUndefined();
    const row = products([3, -128, 50, 1], 0.01);
    for (let j = 0; j < row.length; j++) {
      // Two parts in a million beside one of them.
      expect(found(row.map((w, i) => (i === j ? w * (1 + 2e-6) : w)))).toBeUndefined();
    }
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(found(Float32Array.of(bad, ...row))).toBeUndefined();
  });

  it('are the least there are: a scale is as large as it can be', () => {
    expect(found(products([4, -2, 0], 0.5))).toMatchObject({ scale: 1, q: [2, -1, 0] });
    expect(found(new Float32Array(3))).toMatchObject({ scale: 0, q: [0, 0, 0] });
    expect(found(Float32Array.of(-0.3))).toMatchObject({ q: [-1], scale: fround(0.3) });
    expect(found(products([1, 2], 2 ** -101))).toBeUndefined();
    expect(found(products([1, 127], 2 ** 97))).toBeUndefined();
    // But no larger than a spec may have it.
    expect(found(products([1, 2], 2 ** 97))).toMatchObject({ q: [2, 4], scale: 2 ** 96 });
  });
});

describe('quantize of weights that are integers already', () => {
  const [inputs, units] = [6, 5];
  /** Dense layers: of integers of 8 bits, of 9 bits, of floats. */
  function spec() {
    const builder = new SpecBuilder(4);
    for (const [index, name] of ['eight', 'nine', 'floats'].entries()) {
      builder.dense(
        name,
        index === 0 ? 'x' : (['eight', 'nine'][index - 1] as string),
        index === 0 ? inputs : units,
        units,
      );
    }
    const own = builder.spec(inputs);
    const weightOf = (name: string) => {
      const node = own.nodes.find((one) => one.name === name) as { tensors: { weight: string } };
      return own.tensors[node.tensors.weight] as { shape: number[]; data: Float32Array };
    };
    const wholes = (length: number, limit: number) => randomFloats(length, 7, limit).map(Math.round);
    const eight = weightOf('eight');
    eight.data.set(wholes(eight.data.length, 128).map((q, i) => q * (0.01 + Math.floor(i / inputs) / 100)));
    const nine = weightOf('nine');
    // One output of nine bits, the others of eight.
    nine.data.set(
      wholes(nine.data.length, 100).map((q, i) => (i < units ? (i === 1 ? 151 : 1 + q) : q) * fround(0.01)),
    );
    return own;
  }

  it("leaves them as they are, and says so: 'exact' takes no others", async () => {
    const { spec: small, report } = await quantize(spec(), { layers: 'exact' });
    expect(report.layers.map(({ name, int8, why, exact }) => [name, int8, why, exact])).toEqual([
      ['eight', true, undefined, [5, 5]],
      ['nine', false, '"nine.w" would be rounded', undefined],
      ['floats', false, '"floats.w" would be rounded', undefined],
    ]);
    expect(Object.keys(small.int8 ?? {})).toHaveLength(1);
    expect(`${report}`).toMatch(/eight +dense +int8, exact /);
  });

  it('of the other outputs, each by itself', async () => {
    const own = spec();
    const { spec: small, report } = await quantize(own, { layers: 'all' });
    expect(report.layers.map(({ exact }) => exact)).toEqual([
      [5, 5],
      [4, 5],
      [0, 5],
    ]);
    expect(`${report}`).toMatch(/nine +dense +int8, 4 of 5 outputs exact /);
    expect(`${report}`).toMatch(/floats +dense +int8 /);
    const [tensor, before] = [small.int8?.['nine.w'] as Int8TensorSpec, own.tensors['nine.w']?.data];
    const weights = Float32Array.from(tensor.data, (q, i) => q * (tensor.scales[Math.floor(i / units)] as number));
    expectSameBits(weights.subarray(units), before?.subarray(units) as Float32Array);
    expect(weights.subarray(0, units)).not.toEqual(before?.subarray(0, units));
    expectNear(weights, before as Float32Array, 1.51 / 254 + 1e-7);
  });

  it('also where samples make up for what is lost', async () => {
    const samples = [randomFloats(inputs * 40, 3)];
    const [plain, better] = await Promise.all(
      [false, true].map((compensate) => quantize(spec(), { layers: 'all', samples, compensate })),
    );
    expect(better?.spec.int8?.['eight.w']).toEqual(plain?.spec.int8?.['eight.w']);
    expect(better?.report.layers.map(({ exact }) => exact?.[0])).toEqual([5, 4, 0]);
  });

  it('which the engine multiplies as it does others: scales below 0, and few steps', async () => {
    const builder = new SpecBuilder(4);
    builder.dense('y', 'x', 4, 3);
    const own = builder.spec(4);
    const weight = own.tensors['y.w']?.data as Float32Array;
    weight.set(products([128, -127, 5, 1, 1, -1, 0, 1, 2, 4, 6, 8], 0.25));
    const { spec: small } = await quantize(own, { layers: 'exact' });
    expect([...(small.int8?.['y.w']?.scales ?? [])]).toEqual([-0.25, 0.25, 0.5]);
    const [model, other] = [await createModel(small), await createModel(own, { build: 'simd' })];
    // Multiples of 1/8191, which 14 bits hold.
    const x = [1, -4096 / 8191, 77 / 8191, 0];
    expectNear(model.run(x), other.run(x), 1e-5);
  });
});
