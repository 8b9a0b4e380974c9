// Noises by kind: `known` are those that the model is trained with, `heldOut` are of other kinds, which it has never heard. Each is a function of
// numbers in [0, 1) and a number of samples, and gives a Float32Array of loudness 1.
import { bandPass, gaussian, highPass, level, lowPass, RATE } from './filters.mjs';
import { speech } from './speech.mjs';

const TURN = 2 * Math.PI;
const between = (random, low, high) => low + (high - low) * random();
/** Evenly over octaves. */
const octaves = (random, low, high) => low * (high / low) ** random();
const made = (length, sample) => level(Float32Array.from({ length }, (_, t) => sample(t)));

/** A value that wanders around 0, of variance about 1, as fast as `hertz` says. */
function wander(random, hertz) {
  const [noise, low] = [gaussian(random), lowPass(hertz)];
  const scale = Math.sqrt(RATE / (Math.PI * hertz));
  return () => scale * low(noise());
}

/** A tone of a frequency that may change. @returns a function of Hz, sin of the phase so far. */
function oscillator(random) {
  const phase = Float64Array.of(random());
  return (hertz) => {
    phase[0] = (phase[0] + hertz / RATE) % 1;
    return Math.sin(TURN * phase[0]);
  };
}

/** What strikes at random, `often` times a second, and rings each time at another frequency. */
function strikes(random, often, low, high, strength) {
  let ring = () => 0;
  let last = () => 0;
  return () => {
    let hit = 0;
    if (random() < often / RATE) {
      const hertz = octaves(random, low, high);
      last = ring;
      ring = bandPass(hertz, hertz * between(random, 0.05, 0.5));
      hit = strength(random);
    }
    return ring(hit) + last(0);
  };
}

function white(random, length) {
  return made(length, gaussian(random));
}

/** Falls or rises with frequency, with a hump somewhere. */
function coloured(random, length) {
  const noise = gaussian(random);
  const [low, high] = [lowPass(octaves(random, 100, 6000)), highPass(octaves(random, 20, 2000))];
  const [mix, hump] = [random(), bandPass(octaves(random, 150, 5000), octaves(random, 100, 2000))];
  const [dark, strength] = [random() < 0.7, 0.5 * random()];
  return made(length, () => {
    const x = noise();
    return (1 - mix) * (dark ? low(x) : high(x)) + 0.2 * mix * x + strength * hump(x);
  });
}

/** Mains: a hum and its harmonics, over a little noise. */
function hum(random, length) {
  const [base, noise, falls] = [random() < 0.5 ? 50 : 60, gaussian(random), between(random, 0.3, 1.2)];
  const tones = Array.from({ length: 20 }, (_, n) => ({
    tone: oscillator(random),
    hertz: base * (n + 1),
    loud: random() / (n + 1) ** falls,
  }));
  return made(length, () => tones.reduce((sum, { tone, hertz, loud }) => sum + loud * tone(hertz), 0.05 * noise()));
}

/** Tones that drift slowly or stay, among noise of a band. */
function machine(random, length) {
  const noise = gaussian(random);
  const tones = Array.from({ length: 1 + Math.floor(6 * random()) }, () => ({
    tone: oscillator(random),
    hertz: octaves(random, 90, 6000),
    loud: random(),
    drift: wander(random, octaves(random, 0.2, 4)),
    far: 0.1 * random() ** 2,
  }));
  const [band, share] = [bandPass(octaves(random, 200, 4000), 500), random()];
  return made(length, () =>
    tones.reduce(
      (sum, { tone, hertz, loud, drift, far }) => sum + loud * tone(hertz * (1 + far * drift())),
      share * band(noise()),
    ),
  );
}

/** Wind on a microphone: gusts of what is low. */
function wind(random, length) {
  const [noise, low, hiss] = [gaussian(random), lowPass(octaves(random, 60, 500)), lowPass(2500)];
  const [gust, far] = [wander(random, octaves(random, 0.3, 3)), between(random, 0.4, 1)];
  return made(length, () => {
    const now = Math.exp(far * gust());
    const x = noise();
    return now * low(x) + 0.05 * now * now * hiss(x);
  });
}

/** Knocks and clicks, of things and of switches. */
function clicks(random, length) {
  const strike = strikes(random, octaves(random, 3, 30), 200, 6000, (r) => 1 + 4 * r());
  const noise = gaussian(random);
  return made(length, () => strike() + 0.01 * noise());
}

/** Noise of a band that comes and goes, in steps or smoothly. */
function pulsing(random, length) {
  const [noise, band] = [gaussian(random), bandPass(octaves(random, 200, 5000), octaves(random, 200, 3000))];
  const [beat, hertz, hard, deep] = [
    oscillator(random),
    octaves(random, 0.5, 12),
    random() < 0.4,
    between(random, 0.5, 1),
  ];
  const smooth = lowPass(40);
  return made(length, () => {
    const wave = beat(hertz);
    const now = hard ? Math.sign(wave) : wave;
    return (1 - deep * smooth((now + 1) / 2)) * band(noise());
  });
}

/** Tones that glide up and down. */
function glides(random, length) {
  const tones = Array.from({ length: 1 + Math.floor(3 * random()) }, () => ({
    tone: oscillator(random),
    middle: octaves(random, 300, 4000),
    far: between(random, 0.1, 0.6),
    turn: oscillator(random),
    hertz: octaves(random, 0.1, 2),
  }));
  const noise = gaussian(random);
  return made(length, () =>
    tones.reduce(
      (sum, { tone, middle, far, turn, hertz }) => sum + tone(middle * 2 ** (far * turn(hertz))),
      0.05 * noise(),
    ),
  );
}

/** Many who speak at once. */
function babble(random, length) {
  const sum = new Float32Array(length);
  for (let voices = 4 + Math.floor(5 * random()); voices > 0; voices--) {
    const loud = between(random, 0.5, 1);
    speech(random, length).forEach((sample, t) => {
      sum[t] += loud * sample;
    });
  }
  return level(sum);
}

/** Held out: drops, hundreds a second, on something, and the hiss of those far away. */
function rain(random, length) {
  const [often, noise, far] = [octaves(random, 200, 1200), gaussian(random), highPass(1500)];
  const drops = [0, 1, 2, 3].map(() => strikes(random, often / 4, 800, 7000, (r) => r() ** 3));
  return made(length, () => drops.reduce((sum, drop) => sum + drop(), 0.03 * far(noise())));
}

/** Held out: explosions of an engine through its pipes, faster and slower. */
function engine(random, length) {
  const [noise, rate, speed] = [gaussian(random), between(random, 25, 60), wander(random, 0.4)];
  const pipes = [
    bandPass(between(random, 80, 150), 60),
    bandPass(between(random, 200, 500), 120),
    bandPass(between(random, 700, 1600), 400),
  ];
  const shares = pipes.map(() => between(random, 0.4, 1));
  let phase = 0;
  return made(length, () => {
    phase += (rate * (1 + 0.15 * Math.tanh(speed()))) / RATE;
    const fires = phase >= 1;
    phase %= 1;
    const x = (fires ? 20 * (1 + 0.2 * noise()) : 0) + 0.3 * (1 - phase) ** 2 * noise();
    return pipes.reduce((sum, pipe, index) => sum + shares[index] * pipe(x), 0);
  });
}

/** Held out: an alarm of two tones with overtones, one after the other. */
function alarm(random, length) {
  const [first, second, change] = [octaves(random, 400, 900), between(random, 1.15, 1.5), between(random, 0.3, 0.8)];
  const [tone, noise] = [[1, 2, 3, 5].map(() => oscillator(random)), gaussian(random)];
  const smooth = lowPass(30);
  return made(length, (t) => {
    const hertz = smooth(Math.floor(t / RATE / change) % 2 === 0 ? first : first * second);
    return [1, 2, 3, 5].reduce((sum, n, index) => sum + tone[index](n * hertz) / n, 0.03 * noise());
  });
}

/** Held out: waves that break on a beach: what is bright comes late and fades. */
function surf(random, length) {
  const [noise, dark] = [gaussian(random), lowPass(400)];
  const [seconds, begin] = [between(random, 2, 5), random()];
  const bright = highPass(800);
  return made(length, (t) => {
    const at = (t / RATE / seconds + begin) % 1;
    const swell = Math.sin(Math.PI * at) ** 2;
    const foam = at < 0.4 ? at / 0.4 : (1 - at) / 0.6;
    const x = noise();
    return (0.3 + swell) * dark(x) + 0.3 * foam ** 2 * bright(x);
  });
}

export const known = { white, coloured, hum, machine, wind, clicks, pulsing, glides, babble };
export const heldOut = { rain, engine, alarm, surf };
