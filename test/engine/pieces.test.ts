import { describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder } from '../support/random.js';

// Long sequences are taken in pieces of some 4 MB of values: what is given and what is seen with the run must go along.

const [BATCH, TIME, FEATURES, UNITS] = [2, 2500, 512, 3];
const BYTES = BATCH * TIME * FEATURES * 4;
const x = randomFloats(BATCH * TIME * FEATURES, 1);
const next = randomFloats(BATCH * TIME, 2);
/** Masked at places of its own in every piece and row. */
const mask = Uint8Array.from(next, (n) => (n > -0.3 ? 1 : 0));
const [WHOLE, SHORT] = [TIME, 1700];
const spec = new SpecBuilder(3).recurrent('lstm', 'a', 'x', FEATURES, UNITS).spec(FEATURES);

describe.each(builds)('a run in pieces, %s', (build) => {
  /** What a stream gives, called for some timesteps at a time, so that no call is cut. */
  async function byStream(options: (from: number, count: number) => object): Promise<Float32Array> {
    const model = await createModel(spec, { build });
    const stream = model.createStream({ batch: BATCH });
    const out = new Float32Array(BATCH * TIME * UNITS);
    const count = 250;
    for (let from = 0; from < TIME; from += count) {
      const part = new Float32Array(BATCH * count * FEATURES);
      for (let b = 0; b < BATCH; b++) {
        const start = (b * TIME + from) * FEATURES;
        part.set(x.subarray(start, start + count * FEATURES), b * count * FEATURES);
      }
      const y = stream.run(part, options(from, count));
      for (let b = 0; b < BATCH; b++) {
        out.set(y.subarray(b * count * UNITS, (b + 1) * count * UNITS), (b * TIME + from) * UNITS);
      }
    }
    model.dispose();
    return out;
  }
  const partOf = (from: number, count: number): number[] =>
    Array.from({ length: BATCH * count }, (_, i) => mask[Math.floor(i / count) * TIME + from + (i % count)] as number);

  it('takes a mask along', async () => {
    const model = await createModel(spec, { build });
    const whole = model.run(x, { batch: BATCH, mask });
    // It was cut: its values never were in memory at once.
    expect(model.memory.byteLength).toBeLessThan(0.8 * BYTES);
    expectSameBits(whole, await byStream((from, count) => ({ mask: partOf(from, count) })));
    model.dispose();
  });

  it('takes lengths along', async () => {
    const model = await createModel(spec, { build });
    const lengths = [SHORT, WHOLE];
    const whole = model.run(x, { batch: BATCH, lengths });
    expectSameBits(
      whole,
      await byStream((from, count) => ({ lengths: lengths.map((n) => Math.min(count, Math.max(0, n - from))) })),
    );
    expect(whole.subarray(SHORT * UNITS, TIME * UNITS).every((value) => value === 0)).toBe(true);
    model.dispose();
  });

  it('traces every timestep at its own place', async () => {
    const model = await createModel(spec, { build });
    const run = model.run(x, { batch: BATCH });
    const { layers, outputs } = model.trace(x, { batch: BATCH });
    // The plan of the run is kept beside that of the trace.
    expect(model.memory.byteLength).toBeLessThan(1.2 * BYTES);
    expectSameBits(outputs.a?.data ?? [], run);
    // The layer is the output, so its h at every timestep is known.
    expectSameBits(layers[0]?.h ?? [], run);
    const masked = model.trace(x, { batch: BATCH, mask }).layers[0];
    const gates = masked?.gates.f as Float32Array;
    const live = Uint8Array.from(
      gates.filter((_, i) => i % UNITS === 0),
      (gate) => (Number.isNaN(gate) ? 0 : 1),
    );
    expect(live).toEqual(mask);
    model.dispose();
  });
});
