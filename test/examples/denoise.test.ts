import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromOnnx } from '../../src/importers/onnx/index.js';
import { readSafetensors } from '../../src/importers/safetensors/index.js';
import { createModel, type Model } from '../../src/index.js';
import { magnitudes } from '../models/audio.js';
import { expectSameBits, largestDifference } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats } from '../support/random.js';

const folder = new URL('../../examples/denoise/', import.meta.url);
const read = (name: string): Buffer => readFileSync(new URL(name, folder));
const part = (name: string) => import(new URL(name, folder).href);
const { fourier } = await part('fft.mjs');
const { createDenoiser, denoise } = await part('denoiser.mjs');
const { mixture, siSdr } = await part('mixture.mjs');
const { known, heldOut } = await part('noises.mjs');
const { speech } = await part('speech.mjs');
const { loudness, RATE } = await part('filters.mjs');
const { makeClip } = await part('clip.mjs');
const { spectrograms } = await part('spectrogram.mjs');
const { readWav, writeWav } = await part('../shared/wav.mjs');
const { seeded } = await part('../shared/random.mjs');
const { hyperparameters } = JSON.parse(read('settings.json').toString());

const HOP = hyperparameters.window / 2;
const spec = fromOnnx(read('model.onnx'));
const { tensors } = readSafetensors(read('reference.safetensors'));
const inputs = tensors.inputs?.data as Float32Array;
const outputs = tensors.outputs?.data as Float32Array;
const bins = tensors.outputs?.shape[1] as number;

/** A model whose mask is the same everywhere. */
const constant = (factor: number) => ({
  createStream: () => ({ step: (_: Float32Array, mask: Float32Array) => mask.fill(factor), dispose: () => {} }),
});

describe('the model', () => {
  it('is small, and looks at nothing that is to come', () => {
    expect(read('model.onnx').length).toBeLessThan(400_000);
    const convolutions = spec.nodes.flatMap((node) => (node.type === 'conv2d' ? [node.padding?.[0]] : []));
    expect(convolutions).toEqual(['causal', 'causal', [0, 0]]);
  });
  it.each(builds)('%s: is what PyTorch computed, whole and frame by frame, bit for bit the same', async (build) => {
    const model: Model = await createModel(spec, { build });
    const whole = model.run(inputs) as Float32Array;
    expect(largestDifference(whole, outputs)).toBeLessThan(1e-5);
    const stream = model.createStream();
    const streamed = whole.map(() => Number.NaN);
    for (let at = 0; at < whole.length; at += bins)
      stream.step(inputs.subarray(at, at + bins), streamed.subarray(at, at + bins));
    expectSameBits(streamed, whole);
    // Both ends of what a mask can be are in it.
    expect(whole.some((value) => value < 0.05) && whole.some((value) => value > 0.8)).toBe(true);
    model.dispose();
  });
});

describe('sound in, sound out', () => {
  const samples = randomFloats(1000, 3);
  it('is the sound itself where the mask lets all through, but for what is constant', () => {
    const got = denoise(constant(1), samples, hyperparameters);
    expect(got).toHaveLength(1000);
    // The lowest of 257 frequencies is left out.
    expect(siSdr(got, samples)).toBeGreaterThan(20);
    const tone = samples.map((_, t) => Math.sin((Math.PI * t) / 4));
    expect(siSdr(denoise(constant(1), tone, hyperparameters), tone)).toBeGreaterThan(50);
  });
  it('is silence where it lets nothing through', () => {
    expect(Math.max(...denoise(constant(0), samples, hyperparameters).map(Math.abs))).toBe(0);
  });
  it('comes out a hop later than it went in', () => {
    const denoiser = createDenoiser(constant(0.5), hyperparameters);
    const tone = Float32Array.from({ length: 4 * HOP }, (_, t) => Math.sin((Math.PI * t) / 4));
    const out = tone.slice();
    for (let at = 0; at < tone.length; at += HOP)
      denoiser.step(tone.subarray(at, at + HOP), out.subarray(at, at + HOP));
    expect(loudness(out.subarray(0, HOP))).toBeLessThan(0.5);
    const later = tone.subarray(HOP, 3 * HOP).map((sample) => sample / 2);
    expect(largestDifference(out.subarray(2 * HOP), later)).toBeLessThan(1e-3);
    denoiser.dispose();
  });
  it('goes through a Fourier transform by the definition, and back', () => {
    const n = 64;
    const given = randomFloats(n, 8);
    const [re, im] = [Float64Array.from(given), new Float64Array(n)];
    const transform = fourier(n);
    transform(re, im);
    const sizes = Float32Array.from({ length: n / 2 + 1 }, (_, k) => Math.hypot(re[k] as number, im[k] as number));
    expect(largestDifference(sizes, magnitudes(given))).toBeLessThan(1e-5);
    transform(im, re);
    expect(
      largestDifference(
        re.map((value) => value / n),
        given,
      ),
    ).toBeLessThan(1e-12);
    expect(() => fourier(48)).toThrow(/expected a power of two, got 48/);
  });
});

describe('the score', () => {
  const [clean, noise] = [randomFloats(4000, 1), randomFloats(4000, 2)];
  const along = clean.reduce((sum, value, t) => sum + value * (noise[t] as number), 0) / loudness(clean) ** 2 / 4000;
  const beside = noise.map((value, t) => value - along * (clean[t] as number));
  const gain = (loudness(clean) / loudness(beside)) * 10 ** (-7 / 20);
  const noisy = clean.map((value, t) => value + gain * (beside[t] as number));
  it('is how much louder the clean signal is than what is not it', () => expect(siSdr(noisy, clean)).toBeCloseTo(7, 4));
  it('is the same at any gain', () =>
    expect(
      siSdr(
        noisy.map((value) => -3 * value),
        clean,
      ),
    ).toBeCloseTo(7, 4));
});

describe('the sounds', () => {
  const all = Object.entries<(random: () => number, length: number) => Float32Array>({ speech, ...known, ...heldOut });
  it.each(all)('%s: is as loud as all others, and the same for the same seed alone', (_, make) => {
    const once = make(seeded(3), 12000);
    expect(once.every(Number.isFinite)).toBe(true);
    expect(loudness(once)).toBeCloseTo(1, 4);
    expectSameBits(make(seeded(3), 12000), once);
    expect(largestDifference(make(seeded(4), 12000), once)).toBeGreaterThan(0.01);
  });
  it('of the test are of kinds that training knows nothing of', () => {
    expect(Object.keys(heldOut).filter((kind) => kind in known)).toEqual([]);
    expect(Object.values(heldOut).filter((make) => Object.values(known).includes(make))).toEqual([]);
    expect(read('training-sounds.mjs').toString()).not.toContain('heldOut');
  });
  it('of the clip are those of its script', () => {
    const { noisy, clean } = makeClip();
    expect(largestDifference(readWav(read('clip.wav'), RATE), noisy)).toBeLessThanOrEqual(0.5 / 32768 + 1e-9);
    expect(siSdr(noisy, clean)).toBeCloseTo(2, 0);
  });
  it('mix at the ratio that was asked for', () => {
    const at = mixture(known.white, { seed: 9, seconds: 0.5 });
    for (const snr of [-5, 10]) {
      const { noisy, clean } = at(snr) as { noisy: Float32Array; clean: Float32Array };
      const noise = noisy.map((sample, t) => sample - (clean[t] as number));
      expect(20 * Math.log10(loudness(clean) / loudness(noise))).toBeCloseTo(snr, 3);
    }
  });
});

describe('WAV files', () => {
  it('come back as they went, to 16 bits', () => {
    const samples = Float32Array.of(0, 0.5, -0.25, 1.5, -1.5, 1 / 65536);
    expect([...readWav(writeWav(samples, 8000), 8000)]).toEqual([0, 0.5, -0.25, 32767 / 32768, -1, 1 / 32768]);
  });
  it('of another kind are refused', () => {
    expect(() => readWav(writeWav(new Float32Array(3), 8000), 16000)).toThrow(
      'expected 1 channels of 16 bits at 16000 Hz, integers, got 1 channels of 16 bits at 8000 Hz',
    );
    expect(() => readWav(Buffer.alloc(60), 16000)).toThrow('got no WAV file');
  });
});

it('a spectrogram is bright where a tone is, from low frequencies up', () => {
  const tone = Float32Array.from({ length: 2048 }, (_, t) => Math.sin(2 * Math.PI * (40 / 512) * t));
  const svg: string = spectrograms(
    [
      { title: 'a <b>', samples: tone },
      { title: 'c', samples: tone.map((sample) => sample / 10) },
    ],
    16000,
  );
  expect(svg).toContain('a &lt;b&gt;');
  const peaks = [...svg.matchAll(/base64,([^"]*)"/g)].map(([, base64 = '']) => {
    const file = Buffer.from(base64, 'base64');
    const [begin, width, height] = [file.readUInt32LE(10), file.readInt32LE(18), file.readInt32LE(22)];
    expect([width, height, file.length]).toEqual([13, 256, begin + 16 * 256]);
    const column = Array.from({ length: height }, (_, y) => file[begin + 16 * y + 6] as number);
    return [column.indexOf(Math.max(...column)), Math.max(...column)];
  });
  // 20 dB of 70 are 255 · 2 / 7 colours.
  expect(peaks).toEqual([
    [40, 255],
    [40, 255 - 73],
  ]);
});
