/** The `most` things of the highest scores, of any number; of equal scores those that came first. A binary heap with the worst on top. */
export class Best<Thing> {
  readonly #most: number;
  readonly #heap: { readonly thing: Thing; readonly score: number; readonly order: number }[] = [];
  #offered = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether a thing of this score would be among them. */
  takes(score: number): boolean {
    return this.#heap.length < this.#most || score > (this.#heap[0] as { score: number }).score;
  }

  /** @param score of something that it takes. */
  add(thing: Thing, score: number): void {
    const entry = { thing, score, order: this.#offered++ };
    if (this.#heap.length < this.#most) this.#up(this.#heap.push(entry) - 1);
    else {
      this.#heap[0] = entry;
      this.#down();
    }
  }

  /** All of them, the best first. */
  sorted(): Thing[] {
    return [...this.#heap].sort((a, b) => b.score - a.score || a.order - b.order).map(({ thing }) => thing);
  }

  #worse(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (!one || !other) return one !== undefined;
    return one.score < other.score || (one.score === other.score && one.order > other.order);
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b] as (typeof heap)[number], heap[a] as (typeof heap)[number]];
  }

  #up(index: number): void {
    for (let at = index; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#worse(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #down(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const child = this.#worse(left, left + 1) ? left : left + 1;
      if (!this.#heap[child] || !this.#worse(child, at)) return;
      this.#swap(child, at);
      at = child;
    }
  }
}
