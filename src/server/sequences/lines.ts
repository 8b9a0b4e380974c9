import { refuse } from '../refusal.js';

/** Requests that wait for others with the same key, in the order in which they came. */
export class Lines {
  readonly #most: number;
  readonly #lines = new Map<string, { tail: Promise<unknown>; waiting: number }>();

  /** @param most that wait for one key. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether something is done for this key, or waits. */
  has(key: string): boolean {
    return this.#lines.has(key);
  }

  /** @throws {Refusal} too many wait already. */
  async inOrder<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const line = this.#lines.get(key) ?? { tail: Promise.resolve(), waiting: 0 };
    if (line.waiting >= this.#most) {
      refuse('queue-full', 'sequence', 'too many of its requests wait', `at most ${this.#most}`);
    }
    line.waiting++;
    this.#lines.set(key, line);
    const turn = line.waiting === 1 ? task() : line.tail.then(task);
    // The next goes on whatever comes of this one.
    line.tail = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      if (--line.waiting === 0) this.#lines.delete(key);
    }
  }
}
