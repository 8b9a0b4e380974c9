import { uniform } from '../../support/random.js';

/** A seeded source of choices. */
export class Random {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = uniform(seed);
  }

  /** Of [0, 1). */
  fraction(): number {
    return (this.#next() + 1) / 2;
  }

  /** A whole number of 0 to below. */
  below(limit: number): number {
    return Math.min(limit - 1, Math.floor(this.fraction() * limit));
  }

  /** A whole number, both ends among them. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  list<Item>(count: number, make: (index: number) => Item): Item[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [out[i], out[j]] = [out[j] as Item, out[i] as Item];
    }
    return out;
  }
}
