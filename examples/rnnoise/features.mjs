// What RNNoise's network of 2018 reads: 42 numbers of each frame of 10 ms, in this order.
import { BANDS, byBand, cosines, energies } from './bands.mjs';
import { LONGEST, period } from './pitch.mjs';
import { FRAME, spectrum, WINDOW } from './spectrum.mjs';

/** Cepstral coefficients whose change is a feature, and of the likeness to the period before. */
const CHANGES = 6;
/** Frames among which the spectrum varies. */
const KEPT = 8;
export const FEATURES = BANDS.length + 3 * CHANGES + 2;

/**
 * Features, frame by frame.
 * @returns `step(frame)`: FRAME samples of 48 kHz in [-1, 1] in; `{ features, energy, silent }` out: 42 numbers, the energy of each band, and whether there is
 *   nothing to hear, when RNNoise does not ask its network.
 */
export function createFeatures() {
  const samples = new Float64Array(LONGEST + WINDOW);
  const high = highPass();
  // Cepstra of the frames before, the latest first.
  let cepstra = Array.from({ length: KEPT }, () => new Array(BANDS.length).fill(0));
  return {
    step(frame) {
      samples.copyWithin(0, FRAME);
      for (let n = 0; n < FRAME; n++) samples[LONGEST + WINDOW - FRAME + n] = high(32768 * frame[n]);
      const now = spectrum(samples.subarray(LONGEST));
      const energy = energies(now);
      const lag = period(samples);
      const before = spectrum(samples.subarray(LONGEST - lag, LONGEST - lag + WINDOW));
      const beside = energies(before);
      const likeness = byBand((k) => now.re[k] * before.re[k] + now.im[k] * before.im[k]).map(
        (sum, band) => sum / Math.sqrt(0.001 + energy[band] * beside[band]),
      );
      const silent = energy.reduce((sum, one) => sum + one, 0) < 0.04;
      if (silent) return { features: new Float32Array(FEATURES), energy, silent };
      const cepstrum = cosines(levels(energy));
      cepstrum[0] -= 12;
      cepstrum[1] -= 4;
      cepstra = [cepstrum, ...cepstra.slice(0, KEPT - 1)];
      const [c0, c1, c2] = cepstra;
      const first = c0.slice(0, CHANGES);
      const alike = cosines(likeness).slice(0, CHANGES);
      alike[0] -= 1.3;
      alike[1] -= 0.9;
      const features = Float32Array.of(
        // The cepstrum, its lowest coefficients over three frames; how they change, and how that changes.
        ...first.map((_, j) => c0[j] + c1[j] + c2[j]),
        ...c0.slice(CHANGES),
        ...first.map((_, j) => c0[j] - c2[j]),
        ...first.map((_, j) => c0[j] - 2 * c1[j] + c2[j]),
        ...alike,
        0.01 * (lag - 300),
        variability(cepstra) - 2.1,
      );
      return { features, energy, silent };
    },
  };
}

/** Logarithms of the energies, none far below its neighbours' or the loudest. */
function levels(energy) {
  let [loudest, follow] = [-2, -2];
  return Array.from(energy, (one) => {
    const level = Math.max(loudest - 7, follow - 1.5, Math.log10(0.01 + one));
    loudest = Math.max(loudest, level);
    follow = Math.max(follow - 1.5, level);
    return level;
  });
}

/** How far each frame is from the frame most like it, on average. */
function variability(cepstra) {
  const distance = (a, b) => a.reduce((sum, one, j) => sum + (one - b[j]) ** 2, 0);
  const nearest = cepstra.map((a) => Math.min(...cepstra.map((b) => (a === b ? Infinity : distance(a, b)))));
  return nearest.reduce((sum, one) => sum + one, 0) / cepstra.length;
}

/** What RNNoise takes away below speech: two poles near 0 Hz. */
export function highPass() {
  let [m0, m1] = [0, 0];
  return (x) => {
    const y = x + m0;
    m0 = m1 - 2 * x + 1.99599 * y;
    m1 = x - 0.996 * y;
    return y;
  };
}
