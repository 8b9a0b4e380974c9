import { describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

const at = (data: Float32Array | undefined, index: number): number => data?.[index] as number;

describe.each(builds)('trace, %s', (build) => {
  it('gives the outputs and the h and c that the run computed', async () => {
    const model = await createModel(stack('lstm', 3, 5, 2), { build });
    const [batch, time] = [2, 7];
    const x = randomFloats(batch * time * 3, 1);
    const { outputs, layers } = model.trace(x, { batch });
    expectSameBits(outputs.head?.data ?? [], model.run(x, { batch }));
    const stream = model.createStream({ batch });
    for (let t = 0; t < time; t++) {
      stream.step(
        Float32Array.from({ length: batch * 3 }, (_, i) => at(x, (Math.floor(i / 3) * time + t) * 3 + (i % 3))),
      );
      for (const [index, { h, c }] of stream.getState().entries()) {
        for (let b = 0; b < batch; b++) {
          const row = (data?: Float32Array): Float32Array =>
            data?.subarray((b * time + t) * 5, (b * time + t + 1) * 5) ?? new Float32Array();
          expectSameBits(row(layers[index]?.h), h.subarray(b * 5, b * 5 + 5));
          expectSameBits(row(layers[index]?.c), (c ?? h).subarray(b * 5, b * 5 + 5));
        }
      }
    }
    expect(model.memory.used).toBeGreaterThan(0);
  });

  it('gives LSTM gates that make c and h, at every timestep', async () => {
    const model = await createModel(stack('lstm', 3, 6), { build });
    const [layer] = model.trace(randomFloats(3 * 9, 2)).layers;
    const { i, f, g, o } = layer?.gates ?? {};
    expect(layer?.type).toBe('lstm');
    for (let index = 0; index < 54; index++) {
      const before = index < 6 ? 0 : at(layer?.c, index - 6);
      expect(at(layer?.c, index)).toBeCloseTo(at(f, index) * before + at(i, index) * at(g, index), 6);
      expect(at(layer?.h, index)).toBeCloseTo(at(o, index) * Math.tanh(at(layer?.c, index)), 6);
    }
  });

  it('gives GRU gates that make h, at every timestep', async () => {
    for (const resetAfter of [true, false]) {
      const model = await createModel(stack('gru', 3, 6, 1, 1, { resetAfter }), { build });
      const [layer] = model.trace(randomFloats(3 * 9, 2)).layers;
      const { r, z, n } = layer?.gates ?? {};
      for (let index = 0; index < 54; index++) {
        const before = index < 6 ? 0 : at(layer?.h, index - 6);
        expect(at(layer?.h, index)).toBeCloseTo((1 - at(z, index)) * at(n, index) + at(z, index) * before, 6);
        expect(at(r, index)).toBeGreaterThan(0);
        expect(at(r, index)).toBeLessThan(1);
      }
    }
  });

  it('keeps to the timesteps of the input in a backward half, and across the pieces of a long run', async () => {
    const model = await createModel(new SpecBuilder(4).bidirectional('rnn', 'both', 'x', 2, 4).spec(2), { build });
    const x = randomFloats(2 * 5, 3);
    const { outputs, layers } = model.trace(x);
    const y = outputs.both?.data ?? new Float32Array();
    for (let t = 0; t < 5; t++) {
      expectSameBits(layers[0]?.h.subarray(t * 4, t * 4 + 4) ?? [], y.subarray(t * 8, t * 8 + 4));
      expectSameBits(layers[1]?.h.subarray(t * 4, t * 4 + 4) ?? [], y.subarray(t * 8 + 4, t * 8 + 8));
    }
    const long = await createModel(stack('gru', 1, 4), { build });
    const data = randomFloats(60_000, 5);
    const { layers: traced } = long.trace(data);
    expect(traced[0]?.h.length).toBe(60_000 * 4);
    const stream = long.createStream();
    stream.run(data);
    expectSameBits(traced[0]?.h.subarray(-4) ?? [], stream.getState()[0]?.h ?? [0]);
  });

  it('has no gates at masked timesteps', async () => {
    const model = await createModel(stack('lstm', 2, 3), { build });
    const [layer] = model.trace(randomFloats(8, 1), { mask: [1, 0, 1, 1] }).layers;
    expect([...(layer?.gates.i ?? [])].map(Number.isNaN)).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0].map(Boolean));
    expectSameBits(layer?.h.subarray(3, 6) ?? [], layer?.h.subarray(0, 3) ?? [0]);
  });
});
