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
  readonly #held = new Map<string, Entry>();
  /** Those that nobody holds, in order of use, the latest last. */
  readonly #idle = new Map<string, Entry>();
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
    const known = this.#held.get(name) ?? this.#idle.get(name);
    const entry = known ?? { plan: this.makeRoom(() => new Plan(this.#engine, shape)), holders: 0 };
    entry.holders++;
    this.#idle.delete(name);
    this.#held.set(name, entry);
    return entry.plan;
  }

  release({ shape }: Plan): void {
    const name = key(shape);
    const entry = this.#held.get(name);
    if (entry && --entry.holders === 0) {
      this.#held.delete(name);
      this.#idle.set(name, entry);
    }
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
    for (const [name, { plan }] of this.#idle) {
      if (this.#idle.size <= most) return;
      this.#idle.delete(name);
      plan.free();
    }
  }
}

const key = ({ batch, time, times = {}, masked, zeroMasked }: PlanShape): string =>
  `${batch} ${time} ${masked} ${zeroMasked} ${Object.values(times)}`;
