import { MemoryLimitError } from '../errors.js';
import { type Engine, Plan, type PlanShape } from './plan.js';

/** Plans kept for the next run of the same shape, beyond those that streams hold on to. */
const KEPT = 4;

interface Entry {
  readonly plan: Plan;
  holders: number;
}

/** The plans of a model: made on demand, shared by its streams, the least recently used dropped. */
export class Plans {
  /** In order of use, the latest last. */
  readonly #entries = new Map<string, Entry>();
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * A plan that stays until released.
   * @throws {MemoryLimitError} no room, even with every idle plan dropped; nothing else has changed.
   */
  hold(shape: PlanShape): Plan {
    const name = key(shape);
    const entry = this.#entries.get(name) ?? { plan: this.makeRoom(() => new Plan(this.#engine, shape)), holders: 0 };
    entry.holders++;
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry.plan;
  }

  release({ shape }: Plan): void {
    const entry = this.#entries.get(key(shape));
    if (entry) entry.holders--;
    this.#trim(KEPT);
  }

  /** Takes memory; if there is none, once more after every plan that nobody holds has been dropped. */
  makeRoom<Taken>(take: () => Taken): Taken {
    try {
      return take();
    } catch (error) {
      if (!(error instanceof MemoryLimitError)) throw error;
      this.#trim(0);
      return take();
    }
  }

  #trim(most: number): void {
    const idle = [...this.#entries].filter(([, { holders }]) => holders === 0);
    for (const [name, { plan }] of idle.slice(0, Math.max(0, idle.length - most))) {
      this.#entries.delete(name);
      plan.free();
    }
  }
}

const key = ({ batch, time, times = {}, masked, zeroMasked }: PlanShape): string =>
  `${batch} ${time} ${masked} ${zeroMasked} ${Object.values(times)}`;
