// Something like speech, of no words: pulses of a glottis and noise of the breath through the resonances of a throat that moves from sound to
// sound (source and filter: Fant 1960; resonators and pulses: Klatt 1980, Klatt and Klatt 1990).
import { gaussian, highPass, level, lowPass, RATE, Resonator } from './filters.mjs';

// Formants of English vowels, Hz (Peterson and Barney 1952, men).
const VOWELS = [
  [270, 2290, 3010],
  [390, 1990, 2550],
  [530, 1840, 2480],
  [660, 1720, 2410],
  [730, 1090, 2440],
  [570, 840, 2410],
  [440, 1020, 2240],
  [300, 870, 2240],
  [640, 1190, 2390],
  [490, 1350, 1690],
];
const BANDWIDTHS = [70, 90, 130, 250, 300];
const ABOVE = [3500, 4500]; // the formants that hardly move

// Consonants: `voice` and `breath` go through the throat, `hiss` around its own frequency. A stop is silence (or a murmur) and a burst.
const CONSONANTS = [
  { hiss: 1, at: 6000, wide: 2200, seconds: 0.11 }, // s
  { hiss: 0.8, at: 3000, wide: 1500, seconds: 0.11 }, // sh
  { hiss: 0.25, at: 5000, wide: 5000, seconds: 0.09 }, // f
  { breath: 0.5, seconds: 0.07 }, // h
  { voice: 0.3, hiss: 0.5, at: 6000, wide: 2200, seconds: 0.08 }, // z
  { voice: 0.4, hiss: 0.15, at: 5000, wide: 5000, seconds: 0.07 }, // v
  { stop: 0.06, hiss: 0.6, at: 1000, wide: 800, breath: 0.4, seconds: 0.035 }, // p
  { stop: 0.06, hiss: 0.9, at: 4500, wide: 2000, breath: 0.4, seconds: 0.04 }, // t
  { stop: 0.06, hiss: 0.9, at: 2000, wide: 900, breath: 0.4, seconds: 0.045 }, // k
  { stop: 0.05, murmur: 0.1, hiss: 0.4, at: 1000, wide: 800, seconds: 0.012 }, // b
  { stop: 0.05, murmur: 0.1, hiss: 0.5, at: 4000, wide: 2000, seconds: 0.012 }, // d
  { stop: 0.05, murmur: 0.1, hiss: 0.5, at: 2000, wide: 900, seconds: 0.015 }, // g
  { voice: 0.35, formants: [250, 1100, 2200], seconds: 0.07 }, // m
  { voice: 0.35, formants: [250, 1600, 2600], seconds: 0.065 }, // n
  { voice: 0.6, formants: [350, 1100, 2900], seconds: 0.06 }, // l
  { voice: 0.6, formants: [350, 1150, 1600], seconds: 0.06 }, // r
  { voice: 0.6, formants: [300, 700, 2200], seconds: 0.06 }, // w
  { voice: 0.6, formants: [270, 2200, 3000], seconds: 0.05 }, // j
];

/** Who speaks: a pitch, a size of the throat that goes with it, a pace. */
function speaker(random) {
  const pitch = 85 * 3 ** random();
  return {
    pitch,
    throat: (0.92 + (0.22 * Math.log(pitch / 85)) / Math.log(3)) * (0.95 + 0.1 * random()),
    pace: 0.8 + 0.5 * random(),
    open: 0.45 + 0.25 * random(), // the share of a period in which the glottis is open
    dark: 1500 + 3000 * random(), // Hz, above which pulses fade
    breath: 0.01 + 0.04 * random(),
    lively: 0.06 + 0.12 * random(), // how far the pitch goes with the accents
  };
}

/** One sound after another, for ever: what there is to hear, for how many seconds, at which pitch. */
function* sounds(random, { pitch, pace, lively }) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const silence = (seconds) => ({ seconds, pitch });
  yield silence(0.1 + 0.3 * random());
  for (;;) {
    const syllables = 3 + Math.floor(7 * random());
    for (let at = 0; at < syllables; at++) {
      // The pitch sinks from the phrase's beginning to its end.
      const now = pitch * (1.15 - (0.3 * at) / syllables) * (1 + lively * (2 * random() - 1));
      const formants = pick(VOWELS);
      const consonant = () => spoken(pick(CONSONANTS), formants);
      const spoken = ({ stop = 0, murmur = 0, ...rest }, around) => [
        { voice: murmur, formants: around, seconds: stop / pace, pitch: now },
        { formants: around, ...rest, seconds: rest.seconds / pace, pitch: now },
      ];
      if (random() < 0.85) yield* consonant();
      const loud = 0.7 + 0.5 * random();
      yield { voice: loud, formants, seconds: (0.07 + 0.13 * random()) / pace, pitch: now };
      if (random() < 0.3) yield* consonant();
      if (random() < 0.1) yield silence(0.03 + 0.1 * random());
    }
    yield silence(0.15 + 0.5 * random());
  }
}

/** How fast the throat and the pitch move, in Hz of a {@link lowPass}. */
const MOVES = { voice: 25, breath: 30, hiss: 60, pitch: 6, formants: 14 };
const EVERY = 32; // samples between tunings

/**
 * Somebody speaks.
 * @param random numbers in [0, 1): who, and what.
 * @param length samples.
 * @returns Float32Array of loudness 1.
 */
export function speech(random, length) {
  const who = speaker(random);
  const noise = gaussian(random);
  const throat = BANDWIDTHS.map(() => new Resonator());
  const fricative = new Resonator();
  const [tilt, lips] = [lowPass(who.dark), highPass(60)];
  const follow = (hertz) => lowPass(hertz * who.pace);
  const move = {
    voice: follow(MOVES.voice),
    breath: follow(MOVES.breath),
    hiss: follow(MOVES.hiss),
    pitch: follow(MOVES.pitch),
  };
  const formantsMove = [0, 1, 2].map(() => follow(MOVES.formants * EVERY));
  const plan = sounds(random, who);
  const out = new Float32Array(length);
  let [sound, left, phase, formants] = [undefined, 0, 0, VOWELS[8]];
  for (let t = 0; t < length; t++) {
    while (left <= 0) {
      sound = plan.next().value;
      left += sound.seconds * RATE;
      formants = sound.formants ?? formants;
      if (sound.hiss) fricative.tune(sound.at * Math.min(who.throat, 1.15), sound.wide);
    }
    left--;
    if (t % EVERY === 0) {
      throat.forEach((resonator, index) => {
        const hertz = ABOVE[index - 3] ?? formantsMove[index](formants[index]);
        resonator.tune(hertz * who.throat, BANDWIDTHS[index]);
      });
    }
    phase = (phase + move.pitch(sound.pitch) / RATE) % 1;
    // The flow of an open glottis is 3τ² − 2τ³-like; this is its slope, which ends at once.
    const open = phase / who.open;
    const pulse = open < 1 ? 2 * open - 3 * open * open : 0;
    const [voice, breath, hiss] = [
      move.voice(sound.voice ?? 0),
      move.breath(sound.breath ?? 0),
      move.hiss(sound.hiss ?? 0),
    ];
    let x = voice * (tilt(pulse) + who.breath * noise()) + 0.1 * breath * noise();
    for (const resonator of throat) x = resonator.step(x);
    out[t] = lips(x + 0.25 * hiss * fricative.step(noise()));
  }
  return level(out);
}
