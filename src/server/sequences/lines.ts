import { refuse } from '../refusal.js';

/** Requests that wait for others with the same key, in the order in which they came. */
export class Lines {
  readonly #most: number;
  readonly #lines = new Map<string, { tail: Promise<unknown> | undefined; waiting: number }>();

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
    const line = this.#lines.get(key) ?? { tail: undefined, waiting: 0 };
    if (line.waiting >= this.#most) {
      refuse('queue-full', 'sequence', 'too many of its requests wait', `at most ${this.#most}`);
    }
    line.waiting++;
    this.#lines.set(key, line);
    // It goes on whatever came of the one before.
    const turn = line.tail ? line.tail.then(task, task) : task();
    line.tail = turn;
    try {
      return await turn;
    } finally {
      if (--line.waiting === 0) this.#lines.delete(key);
    }
  }
}
