// Speech of no words at 48 kHz, and noises: all of it is made here.
import { gaussian, level } from '../denoise/filters.mjs';
import { speech as speech16 } from '../denoise/speech.mjs';
import { seeded } from '../shared/random.mjs';

export const RATE = 48000;
const TIMES = RATE / 16000;
const REACH = 8;
/** A sinc with a Hann window around it: between samples of 16 kHz stands what has no frequency above 8 kHz. */
const kernel = (x) =>
  x === 0
    ? 1
    : Math.abs(x) >= REACH
      ? 0
      : (Math.sin(Math.PI * x) / (Math.PI * x)) * Math.cos((Math.PI * x) / (2 * REACH)) ** 2;
const TAPS = Array.from({ length: TIMES }, (_, phase) =>
  Array.from({ length: 2 * REACH }, (_, n) => kernel(n - REACH + 1 - phase / TIMES)),
);

/** Somebody speaks (`../denoise/speech.mjs`), of loudness 1. */
export function speech(random, length) {
  const slow = speech16(random, Math.ceil(length / TIMES));
  return Float32Array.from({ length }, (_, t) => {
    const [at, taps] = [Math.floor(t / TIMES), TAPS[t % TIMES]];
    return taps.reduce((sum, tap, n) => sum + tap * (slow[at + n - REACH + 1] ?? 0), 0);
  });
}

/** y = x + a · (y before − x). */
function smooth(values, hertz) {
  const a = Math.exp((-2 * Math.PI * hertz) / RATE);
  let y = 0;
  return values.map((x) => {
    y = x + a * (y - x);
    return y;
  });
}
const white = (random, length) => {
  const next = gaussian(random);
  return Float32Array.from({ length }, () => next());
};
/** Noise of one band, by how much louder it is there. */
const coloured = (random, length) => {
  const sound = white(random, length);
  const below = smooth(sound, 80 * 60 ** random());
  return level(random() < 0.5 ? below : sound.map((x, t) => x - below[t]));
};
/** A hum of a tone and its overtones. */
const hum = (random, length) => {
  const hertz = 45 * 8 ** random();
  const parts = Array.from({ length: 12 }, (_, n) => [((n + 1) * hertz) / RATE, random() / (n + 1), random()]);
  return level(
    Float32Array.from({ length }, (_, t) =>
      parts.reduce((sum, [turn, size, phase]) => sum + size * Math.sin(2 * Math.PI * (turn * t + phase)), 0),
    ),
  );
};
/** Waves that come and go. */
const surf = (random, length) => {
  const [sound, slow] = [coloured(random, length), 0.1 + 0.4 * random()];
  return level(sound.map((x, t) => x * (1.1 + Math.sin((2 * Math.PI * slow * t) / RATE))));
};
const both = (random, length) =>
  level(
    hum(random, length).map(
      (
        (more) => (x, t) =>
          x + more[t]
      )(coloured(random, length)),
    ),
  );

export const noises = { white: (random, length) => level(white(random, length)), coloured, hum, both };
/** In no part of the training. */
export const heldOut = { surf };

/** Loudness of the speech. */
const LEVEL = 0.05;

/**
 * Speech with a noise over it.
 * @param snr how much louder the speech is, dB.
 * @returns `{ noisy, clean }`, samples of 48 kHz.
 */
export function mixture(noise, { seed, seconds, snr }) {
  const [random, length] = [seeded(seed), Math.round(seconds * RATE)];
  const clean = speech(random, length).map((x) => LEVEL * x);
  const beside = noise(random, length);
  const size = LEVEL * 10 ** (-snr / 20);
  return { clean, noisy: clean.map((x, t) => x + size * beside[t]) };
}

/**
 * A clip of the training: each of another speaker, noise, loudness and ratio of the two.
 * @returns `{ noisy, clean }`, both as loud as it is.
 */
export function trainingClip(number, seconds) {
  const random = seeded(number);
  const snr = -5 + 25 * random();
  const kinds = Object.values(noises);
  const { noisy, clean } = mixture(kinds[number % kinds.length], { seed: 100 + number, seconds, snr });
  const loud = 10 ** (1.2 * (random() - 0.5));
  return { noisy: noisy.map((x) => loud * x), clean: clean.map((x) => loud * x), loud };
}
