import { seeded } from '../shared/random.mjs';
import { loudness, RATE } from './filters.mjs';
import { speech } from './speech.mjs';

/** Loudness of the speech in mixtures. */
const LEVEL = 0.04;

/**
 * Speech with a noise over it.
 * @param noise a function of `noises.mjs`.
 * @param seed who speaks, what is said and what the noise is like.
 * @returns a function of the signal-to-noise ratio, dB, that gives `{ noisy, clean }`, samples.
 */
export function mixture(noise, { seed, seconds }) {
  const [random, length] = [seeded(seed), Math.round(seconds * RATE)];
  const clean = speech(random, length).map((sample) => LEVEL * sample);
  const beside = noise(random, length);
  return (snr) => {
    const gain = LEVEL * 10 ** (-snr / 20);
    return { clean, noisy: clean.map((sample, t) => sample + gain * beside[t]) };
  };
}

/**
 * The scale-invariant signal-to-distortion ratio, dB: how much louder the clean signal is than all that is not it, whatever the gain (Le Roux et al. 2019,
 * "SDR: half-baked or well done?").
 */
export function siSdr(got, clean) {
  const dot = (a, b) => {
    let sum = 0;
    for (let t = 0; t < a.length; t++) sum += a[t] * b[t];
    return sum;
  };
  const scale = dot(got, clean) / dot(clean, clean);
  const rest = got.map((sample, t) => sample - scale * clean[t]);
  return 20 * Math.log10((Math.abs(scale) * loudness(clean)) / loudness(rest));
}
