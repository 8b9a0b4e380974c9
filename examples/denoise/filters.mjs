// What sounds are made of: a filter keeps what it needs of the samples before, and takes one after another.

/** Samples per second of everything here. */
export const RATE = 16000;

/** Gaussian numbers of variance 1 (Box and Muller 1958) out of uniform ones. */
export function gaussian(random) {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** y = x + a · (y before − x): a low-pass filter of one pole, of gain 1 at 0 Hz. */
export function lowPass(hertz) {
  const a = Math.exp((-2 * Math.PI * hertz) / RATE);
  const y = new Float64Array(1);
  return (x) => {
    y[0] = x + a * (y[0] - x);
    return y[0];
  };
}

/** What {@link lowPass} leaves out. */
export function highPass(hertz) {
  const low = lowPass(hertz);
  return (x) => x - low(x);
}

/** A resonance of gain 1 at 0 Hz, y = A·x + B·y₋₁ + C·y₋₂ (Klatt 1980, "Software for a cascade/parallel formant synthesizer"). */
export class Resonator {
  #a = 1;
  #b = 0;
  #c = 0;
  #y1 = 0;
  #y2 = 0;

  tune(hertz, bandwidth) {
    this.#c = -Math.exp((-2 * Math.PI * bandwidth) / RATE);
    this.#b = 2 * Math.exp((-Math.PI * bandwidth) / RATE) * Math.cos((2 * Math.PI * hertz) / RATE);
    this.#a = 1 - this.#b - this.#c;
    return this;
  }

  step(x) {
    const y = this.#a * x + this.#b * this.#y1 + this.#c * this.#y2;
    this.#y2 = this.#y1;
    this.#y1 = y;
    return y;
  }
}

/** What lies around a frequency: a {@link Resonator} without what is far below it. */
export function bandPass(hertz, bandwidth) {
  const [resonator, high] = [new Resonator().tune(hertz, bandwidth), highPass(hertz / 2)];
  return (x) => high(resonator.step(x));
}

/** The root of the mean square. */
export function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

/** The samples at {@link loudness} 1; silence stays silence. */
export function level(samples) {
  const scale = 1 / (loudness(samples) || 1);
  return samples.map((sample) => sample * scale);
}
