import { MemoryLimitError } from './errors.js';
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

  /** @throws {MemoryLimitError} no room, even with every idle plan dropped; nothing else has changed. */
  get(shape: PlanShape): Plan {
    return this.#entry(shape).plan;
  }

  /** Like `get`; the plan stays until released. */
  hold(shape: PlanShape): Plan {
    const entry = this.#entry(shape);
    entry.holders++;
    return entry.plan;
  }

  release(plan: Plan): void {
    const entry = this.#entries.get(key(plan.shape));
    if (entry) entry.holders--;
    this.#trim(KEPT);
  }

  /** Takes memory; if there is none, once more after every plan that no stream holds has been dropped. */
  makeRoom<Taken>(take: () => Taken): Taken {
    try {
      return take();
    } catch (error) {
      if (!(error instanceof MemoryLimitError)) throw error;
      this.#trim(0);
      return take();
    }
  }

  #entry(shape: PlanShape): Entry {
    const name = key(shape);
    let entry = this.#entries.get(name);
    if (entry) {
      this.#entries.delete(name);
    } else {
      entry = { plan: this.makeRoom(() => new Plan(this.#engine, shape)), holders: 0 };
    }
    this.#entries.set(name, entry);
    this.#trim(KEPT, name);
    return entry;
  }

  #trim(most: number, except?: string): void {
    const idle = [...this.#entries].filter(([, { holders }]) => holders === 0);
    for (const [name, { plan }] of idle.slice(0, Math.max(0, idle.length - most))) {
      if (name === except) continue;
      this.#entries.delete(name);
      plan.free();
    }
  }
}

const key = ({ batch, time, masked, zeroMasked }: PlanShape): string => `${batch} ${time} ${masked} ${zeroMasked}`;
