import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, stack } from '../support/random.js';
import { SIMD_HASH, STACKS, stackBytes } from '../support/stacks.js';

describe.each(builds)('same bits, %s', (build) => {
  describe.each(STACKS)('%s', (_, spec, features) => {
    const TIME = 23;
    const x = randomFloats(TIME * features, 99);

    it('step by step, in any cut, and whole', async () => {
      const model = await createModel(spec, { build });
      const whole = model.run(x);
      const width = whole.length / TIME;
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: TIME }), (pieces) => {
          const stream = model.createStream();
          const parts: number[] = [];
          for (let t = 0, i = 0; t < TIME; i++) {
            const end = Math.min(TIME, t + (pieces[i] as number));
            const piece = x.subarray(t * features, end * features);
            parts.push(...(end === t + 1 ? stream.step(piece, new Float32Array(width)) : stream.run(piece)));
            t = end;
          }
          stream.dispose();
          expectSameBits(parts, whole);
        }),
        { numRuns: 10 },
      );
      model.dispose();
    });

    it.each([2, 3, 5, 32])('batch of %i rows = each alone', async (batch) => {
      const model = await createModel(spec, { build });
      const xs = randomFloats(batch * TIME * features, 1234);
      const together = model.run(xs, { batch });
      const size = together.length / batch;
      const stream = model.createStream({ batch });
      const width = size / TIME;
      for (let b = 0; b < batch; b++) {
        const alone = model.run(xs.subarray(b * TIME * features, (b + 1) * TIME * features));
        expectSameBits(together.subarray(b * size, (b + 1) * size), alone);
      }
      const out = new Float32Array(batch * width);
      for (let t = 0; t < 4; t++) {
        const frames = Float32Array.from({ length: batch * features }, (__, i) => {
          const b = Math.floor(i / features);
          return xs[(b * TIME + t) * features + (i % features)] as number;
        });
        stream.step(frames, out);
        for (let b = 0; b < batch; b++) {
          const at = b * size + t * width;
          expectSameBits(out.subarray(b * width, (b + 1) * width), together.subarray(at, at + width));
        }
      }
      model.dispose();
    });

    it('two interleaved streams = each alone', async () => {
      const model = await createModel(spec, { build });
      const [one, two] = [x, randomFloats(TIME * features, 5)];
      const expected = [model.run(one), model.run(two)];
      const streams = [model.createStream(), model.createStream()];
      const got: number[][] = [[], []];
      for (let t = 0; t < TIME; t++) {
        [one, two].forEach((data, i) => {
          got[i]?.push(...(streams[i]?.step(data.subarray(t * features, (t + 1) * features)) ?? []));
        });
      }
      for (const [i, list] of got.entries()) expectSameBits(list, expected[i] as Float32Array);
      model.dispose();
    });

    it('before and after the memory grows under a live stream', async () => {
      const model = await createModel(spec, { build });
      const whole = model.run(x);
      const stream = model.createStream();
      const got: number[] = [];
      const sizes = new Set<number>();
      for (let t = 0; t < TIME; t++) {
        got.push(...stream.step(x.subarray(t * features, (t + 1) * features)));
        model.createStream({ batch: 1 + t * 200 });
        sizes.add(model.memory.byteLength);
      }
      expect(sizes.size).toBeGreaterThan(1);
      expectSameBits(got, whole);
      model.dispose();
    });
  });

  it('whatever pieces a long sequence is taken in', async () => {
    // More than PIECE_BYTES of values, so that run() cuts it up itself.
    const model = await createModel(stack('lstm', 2, 12), { build });
    const x = randomFloats(2 * 40_000, 3);
    const whole = model.run(x);
    const stream = model.createStream();
    const got = new Float32Array(whole.length);
    const out = new Float32Array(3);
    for (let t = 0; t < 40_000; t++) got.set(stream.step(x.subarray(t * 2, t * 2 + 2), out), t * 3);
    expectSameBits(got, whole);
    model.dispose();
  });
});

it('simd: the same bits on every engine and processor', async () => {
  const bytes = await stackBytes((spec) => createModel(spec, { build: 'simd' }));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(SIMD_HASH);
});
