import { describe, expect, it } from 'vitest';
import { createModel, MemoryLimitError, type Model } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { needs } from '../support/needs.js';
import { randomFloats, stack } from '../support/random.js';

const collect = (globalThis as { gc?: () => void }).gc;
const needsCollection = needs(collect, 'no garbage collection on demand: node was started without --expose-gc');

describe.each(builds)('memory, %s', (build) => {
  it('is flat over 10,000 streams made and disposed', async () => {
    const model = await createModel(stack('lstm', 4, 16, 2), { build });
    // A few plans stay for the next stream of their batch; make those first.
    for (const batch of [1, 2, 3]) model.createStream({ batch }).dispose();
    const before = model.memory;
    const live = model.createStream();
    live.step(new Float32Array(4));
    for (let i = 0; i < 10_000; i++) {
      const stream = model.createStream({ batch: 1 + (i % 3) });
      if (i % 100 === 0) stream.step(new Float32Array(4 * stream.batch));
      stream.dispose();
      stream.dispose();
    }
    live.dispose();
    expect(model.memory).toEqual(before);
    model.dispose();
  });

  it('is flat over 1,500 models made and disposed', async () => {
    const spec = stack('gru', 4, 16);
    const x = randomFloats(8, 1);
    const cycle = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const model = await createModel(spec, { build });
        if (i % 500 === 0) model.createStream().step(x.subarray(0, 4));
        model.dispose();
        model.dispose();
      }
    };
    // What is disposed of is given back when the collector has run and what it found unreachable has been told.
    const settle = async (): Promise<void> => {
      for (let round = 0; round < 4; round++) {
        collect?.();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await cycle(500);
    await settle();
    const before = process.memoryUsage().rss;
    await cycle(1_000);
    await settle();
    // 1,000 models that stayed would hold 1,000 · 64 KiB = 64 MiB.
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 2 ** 20);
  });

  it('runs out as a named error that leaves live streams intact', async () => {
    const spec = stack('lstm', 4, 16);
    const x = randomFloats(4 * 40, 2);
    const model = await createModel(spec, { build, memoryLimit: 128 * 1024 });
    const expected = model.run(x);
    const stream = model.createStream();
    const got: number[] = [];
    for (let t = 0; t < 40; t++) {
      got.push(...stream.step(x.subarray(t * 4, t * 4 + 4)));
      const used = model.memory.used;
      expect(() => model.createStream({ batch: 2000 })).toThrow(MemoryLimitError);
      expect(() => model.run(new Float32Array(4 * 3000), { batch: 3000 })).toThrow(MemoryLimitError);
      expect(model.memory.used).toBeLessThanOrEqual(used);
    }
    expectSameBits(got, expected);
    const streams = [];
    expect(() => {
      for (;;) streams.push(model.createStream());
    }).toThrow(
      /memory: out of memory; expected at most 131072 bytes \(memoryLimit\), \d+ of them in use, got a request for \d+ more/,
    );
    expect(streams.length).toBeGreaterThan(10);
    expectSameBits(stream.run(x.subarray(0, 4)).length === 3 ? [1] : [0], [1]);
    model.dispose();
  });

  it('refuses a model whose weights do not fit', async () => {
    await expect(createModel(stack('lstm', 64, 128), { build, memoryLimit: 200_000 })).rejects.toThrow(
      MemoryLimitError,
    );
  });

  it('keeps nothing of the spec’s tensors once they are packed', needsCollection, async () => {
    const make = async (): Promise<[Model, WeakRef<Float32Array>[]]> => {
      const spec = stack('lstm', 8, 16, 2, 1, { initial: true });
      return [await createModel(spec, { build }), Object.values(spec.tensors).map(({ data }) => new WeakRef(data))];
    };
    const [model, refs] = await make();
    // A WeakRef holds its target until the current job ends.
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect?.();
    expect(refs.filter((ref) => ref.deref() !== undefined).length).toBe(0);
    expect(model.run(new Float32Array(8)).length).toBe(3);
    model.dispose();
  });

  it('a stream step allocates nothing in JS', needsCollection, async () => {
    const model = await createModel(stack('lstm', 40, 40, 2), { build });
    const stream = model.createStream();
    const [frame, out] = [randomFloats(40, 1), new Float32Array(3)];
    const steps = (count: number): void => {
      for (let i = 0; i < count; i++) stream.step(frame, out);
    };
    // The engine's own bookkeeping (tier-up, feedback) comes and goes; an allocation in the step would be in every round.
    const growth = Array.from({ length: 6 }, () => {
      collect?.();
      const before = process.memoryUsage().heapUsed;
      steps(20_000);
      return process.memoryUsage().heapUsed - before;
    });
    // 8 bytes a step, the least a heap object can be, would be 160,000.
    expect(Math.min(...growth)).toBeLessThan(80_000);
    model.dispose();
  });
});
