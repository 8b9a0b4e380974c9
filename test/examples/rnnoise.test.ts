import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromRNNoise } from '../../src/importers/rnnoise/index.js';
import { createModel } from '../../src/index.js';
import { uniform } from '../golden/prng.js';
import { largestDifference } from '../support/bits.js';
import { builds } from '../support/builds.js';

const folder = new URL('../../examples/rnnoise/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder));
const { hyperparameters, reference } = JSON.parse(read('settings.json').toString());
const own = (name: string) => import(new URL(name, folder).href);
const { createFeatures, FEATURES } = await own('features.mjs');
const { analyse, energiesOf } = await own('frames.mjs');
const { trainingClip } = await own('sounds.mjs');
const { BINS, FRAME, spectrum, WINDOW } = await own('spectrum.mjs');
const { period } = await own('pitch.mjs');

const spec = fromRNNoise(read('model.rnnn'));
const FRAMES = 2 * reference.every + 1;
const clip: { features: Float32Array; energy: Float64Array }[] = analyse(
  trainingClip(0, hyperparameters.seconds).noisy.subarray(0, FRAMES * FRAME),
);

describe.each(builds)("the example's network, %s kernels", (build) => {
  it("gives PyTorch's own gains, frame by frame", async () => {
    const stream = (await createModel(spec, { build })).createStream();
    const got = clip.map(({ features }) => stream.runNamed({ features }));
    const every = got.filter((_, t) => t % reference.every === 0);
    expect(every.length).toBe(3);
    every.forEach(({ gains, vad }, n) => {
      expect(largestDifference(gains?.data as Float32Array, reference.gains[n])).toBeLessThan(1e-4);
      expect(largestDifference(vad?.data as Float32Array, [reference.vad[n]])).toBeLessThan(1e-4);
    });
  });
});

describe('what it reads', () => {
  it('the spectrum is that of the formula', () => {
    const samples = uniform(1, WINDOW, 1);
    const { re, im } = spectrum(samples);
    const window = (n: number) => Math.sin((Math.PI / 2) * Math.sin((Math.PI * (n + 0.5)) / WINDOW) ** 2);
    for (const k of [0, 1, 63, 64, 65, 200, BINS - 1]) {
      let [a, b] = [0, 0];
      samples.forEach((x, n) => {
        a += (x * window(n) * Math.cos((2 * Math.PI * k * n) / WINDOW)) / WINDOW;
        b -= (x * window(n) * Math.sin((2 * Math.PI * k * n) / WINDOW)) / WINDOW;
      });
      expect([re[k], im[k]]).toEqual([expect.closeTo(a, 9), expect.closeTo(b, 9)]);
    }
  });

  it('the period of a tone, the shortest that fits', () => {
    const tone = (samples: number) =>
      Float64Array.from({ length: 1728 }, (_, n) => Math.sin((2 * Math.PI * n) / samples) ** 3);
    expect([100, 240, 400].map((samples) => period(tone(samples)))).toEqual([100, 240, 400]);
  });

  it('42 numbers of a frame; energies alone are the same; silence is told', () => {
    expect(clip.every(({ features }) => features.length === FEATURES && features.every(Number.isFinite))).toBe(true);
    expect(FEATURES).toBe(spec.inputs[0]?.features);
    const { noisy } = trainingClip(0, 0.1);
    const whole: { energy: Float64Array }[] = analyse(noisy);
    energiesOf(noisy).forEach((energy: Float64Array, t: number) => {
      expect(largestDifference(energy, whole[t]?.energy)).toBe(0);
    });
    expect(createFeatures().step(new Float32Array(FRAME)).silent).toBe(true);
  });
});
