import { WINDOW } from './spectrum.mjs';

/** Periods that are looked for, in samples of 48 kHz: 62 to 800 Hz. */
const SHORTEST = 60;
export const LONGEST = 768;
/** The search takes one sample for so many. */
const COARSE = 4;

/** How alike the latest `length` samples are to those `lag` before, from -1 to 1. */
function likeness(samples, length, lag) {
  let [product, now, before] = [0, 1e-9, 1e-9];
  for (let n = samples.length - length; n < samples.length; n++) {
    const [one, other] = [samples[n], samples[n - lag]];
    product += one * other;
    now += one * one;
    before += other * other;
  }
  return product / Math.sqrt(now * before);
}

/**
 * The period of a voice, by autocorrelation: over coarse samples first, then around the best. Of multiples that are nearly as good the shortest is taken.
 * (RNNoise's own search looks at the periods before as well.)
 * @param samples the latest LONGEST + WINDOW.
 * @returns samples of 48 kHz, from 60 to 768.
 */
export function period(samples) {
  const coarse = Float64Array.from({ length: samples.length / COARSE }, (_, n) => {
    let sum = 0;
    for (let k = 0; k < COARSE; k++) sum += samples[n * COARSE + k];
    return sum;
  });
  const lags = Array.from({ length: (LONGEST - SHORTEST) / COARSE }, (_, n) => SHORTEST / COARSE + n);
  const found = lags.map((lag) => likeness(coarse, WINDOW / COARSE, lag));
  const best = Math.max(...found);
  let at = found.indexOf(best);
  for (let n = 1; n < at; n++) {
    if (found[n] > 0.85 * best && found[n] >= found[n - 1] && found[n] >= found[n + 1]) {
      at = n;
      break;
    }
  }
  let [lag, most] = [lags[at] * COARSE, -1];
  for (let fine = Math.max(SHORTEST, lag - COARSE); fine <= Math.min(LONGEST, lags[at] * COARSE + COARSE); fine++) {
    const one = likeness(samples, WINDOW, fine);
    if (one > most) [lag, most] = [fine, one];
  }
  return lag;
}
