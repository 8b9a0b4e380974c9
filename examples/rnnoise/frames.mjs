import { energies } from './bands.mjs';
import { createFeatures, highPass } from './features.mjs';
import { FRAME, spectrum, WINDOW } from './spectrum.mjs';

/** A clip as frames of samples; what is left of the last is left out. */
export const framesOf = (samples) =>
  Array.from({ length: Math.floor(samples.length / FRAME) }, (_, t) => samples.subarray(t * FRAME, (t + 1) * FRAME));

/** Features of every frame of a clip, and the energy of each band. */
export function analyse(samples) {
  const features = createFeatures();
  return framesOf(samples).map((frame) => features.step(frame));
}

/** The energies alone. */
export const energiesOf = (samples) => {
  const high = highPass();
  const filtered = Float64Array.from(samples, (x) => high(32768 * x));
  return framesOf(samples).map((_, t) => {
    const window = new Float64Array(WINDOW);
    window.set(filtered.subarray(Math.max(0, t - 1) * FRAME, (t + 1) * FRAME), t === 0 ? FRAME : 0);
    return energies(spectrum(window));
  });
};

/** What gains would be best: in each band the root of the share that is speech. */
export const bestGains = (noisy, clean) =>
  Array.from(noisy, (one, band) => Math.sqrt(Math.min(1, clean[band] / (one + 1e-9))));

/** Whether somebody speaks: louder than -26 dB beside speech of the loudness of `sounds.mjs`. */
export const speaks = (clean) => clean.reduce((sum, one) => sum + one, 0) > 3000;
