/** Whole numbers, of which the least is taken first: a binary heap. */
export class Queue {
  readonly #heap: number[] = [];

  add(number: number): void {
    const heap = this.#heap;
    let child = heap.push(number) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if ((heap[parent] as number) <= number) break;
      heap[child] = heap[parent] as number;
      child = parent;
    }
    heap[child] = number;
  }

  /** @returns the least, or undefined if there is none. */
  take(): number | undefined {
    const heap = this.#heap;
    const least = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return least;
    let parent = 0;
    for (let child = 1; child < heap.length; child = 2 * parent + 1) {
      if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
      if ((heap[child] as number) >= last) break;
      heap[parent] = heap[child] as number;
      parent = child;
    }
    heap[parent] = last;
    return least;
  }
}
