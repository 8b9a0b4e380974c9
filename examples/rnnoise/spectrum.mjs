import { fourier } from '../denoise/fft.mjs';

/** Samples of a frame: 10 ms at 48 kHz. */
export const FRAME = 480;
/** Samples of a window: the frame before and this one. */
export const WINDOW = 2 * FRAME;
/** Frequencies of a spectrum, 50 Hz apart. */
export const BINS = FRAME + 1;

const SHORT = 64;
const PARTS = WINDOW / SHORT;
const transform = fourier(SHORT);
const cos = Float64Array.from({ length: WINDOW }, (_, k) => Math.cos((-2 * Math.PI * k) / WINDOW));
const sin = Float64Array.from({ length: WINDOW }, (_, k) => Math.sin((-2 * Math.PI * k) / WINDOW));
/** The Vorbis power-complementary window: the squares of two that overlap by half are 1 together. */
const shape = Float64Array.from({ length: WINDOW }, (_, n) =>
  Math.sin(0.5 * Math.PI * Math.sin((Math.PI * (n + 0.5)) / WINDOW) ** 2),
);

const scratch = [new Float64Array(WINDOW), new Float64Array(WINDOW)];

/**
 * The spectrum of a window, X[k] = Σ w[n]·x[n]·exp(−2πi·kn/960) / 960 for k up to 480: 960 samples are 15 times 64, so 15 transforms of 64 samples each, put together
 * (Cooley and Tukey 1965).
 * @param samples WINDOW of them.
 * @returns `{ re, im }`, BINS each.
 */
export function spectrum(samples) {
  const [real, imaginary] = scratch;
  imaginary.fill(0);
  for (let part = 0; part < PARTS; part++) {
    for (let n = 0; n < SHORT; n++) {
      const from = n * PARTS + part;
      real[part * SHORT + n] = (shape[from] * samples[from]) / WINDOW;
    }
    const place = [part * SHORT, (part + 1) * SHORT];
    transform(real.subarray(...place), imaginary.subarray(...place));
  }
  const [re, im] = [new Float64Array(BINS), new Float64Array(BINS)];
  for (let k = 0; k < BINS; k++) {
    for (let part = 0; part < PARTS; part++) {
      const [from, turn] = [part * SHORT + (k % SHORT), (part * k) % WINDOW];
      re[k] += real[from] * cos[turn] - imaginary[from] * sin[turn];
      im[k] += real[from] * sin[turn] + imaginary[from] * cos[turn];
    }
  }
  return { re, im };
}
