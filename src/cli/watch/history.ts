import type { Step } from './steps.js';

/** Numbers that are kept, and timesteps at least: more than screens are wide. */
const MOST_NUMBERS = 1 << 22;
const FEWEST = 512;

/** The latest timesteps, as many as there is room for. */
export class History {
  /** A ring: timestep t at t modulo its length. */
  readonly #steps: Step[] = [];
  readonly #ranges: Float32Array[] = [];
  #end = 0;

  /** After the last timestep. */
  get end(): number {
    return this.#end;
  }

  /** The oldest timestep that is kept. */
  get begin(): number {
    return this.#end - this.#steps.length;
  }

  add(step: Step): void {
    const numbers = step.reduce((sum, { length }) => sum + length, 0);
    const room = Math.max(FEWEST, Math.floor(MOST_NUMBERS / Math.max(1, numbers)));
    this.#steps[this.#end++ % room] = step;
    step.forEach((values, part) => {
      this.#ranges[part] ??= Float32Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
      const range = this.#ranges[part] as Float32Array;
      for (const value of values) {
        if (!Number.isFinite(value)) continue;
        range[0] = Math.min(range[0] as number, value);
        range[1] = Math.max(range[1] as number, value);
      }
    });
  }

  /** @param timestep one that is kept. */
  step(timestep: number): Step {
    return this.#steps[timestep % this.#steps.length] as Step;
  }

  /** The smallest and the largest number of a part so far, forgotten timesteps too, so that a scale does not change when they leave. */
  range(part: number): Float32Array {
    return this.#ranges[part] ?? new Float32Array();
  }

  /** Timesteps of a part, `[to - from][rows]`. */
  columns(part: number, from: number, to: number): Float32Array {
    const rows = (this.step(from)[part] as Float32Array).length;
    const data = new Float32Array((to - from) * rows);
    for (let t = from; t < to; t++) data.set(this.step(t)[part] as Float32Array, (t - from) * rows);
    return data;
  }
}
