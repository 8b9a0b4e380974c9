import type { LayerCall } from './collect.js';
import type { Numbers } from './number.js';
import { Queue } from './queue.js';
import { readsOf } from './references.js';

/** Calls in an order in which they can be made, and those that wait for one another, or for what is not there. */
export interface Schedule {
  readonly order: readonly LayerCall[];
  readonly waiting: readonly LayerCall[];
}

/**
 * Orders calls so that each comes after those it reads: of those that are ready always the one that the file lists first.
 * @param inputs names of what is there from the start.
 */
export function scheduleCalls(calls: readonly LayerCall[], numbers: Numbers, inputs: Iterable<string>): Schedule {
  const there = new Set(inputs);
  /** Of each call, how many of the values it reads are still to be made; of each value, which calls wait for it. */
  const missing = calls.map(() => 0);
  const readers = new Map<string, number[]>();
  const ready = new Queue();
  calls.forEach((call, index) => {
    const reads = new Set(
      readsOf(call)
        .map(numbers.of)
        .filter((value) => !there.has(value)),
    );
    missing[index] = reads.size;
    for (const value of reads) {
      const known = readers.get(value);
      if (known) known.push(index);
      else readers.set(value, [index]);
    }
    if (reads.size === 0) ready.add(index);
  });
  const order: LayerCall[] = [];
  for (let index = ready.take(); index !== undefined; index = ready.take()) {
    const made = calls[index] as LayerCall;
    order.push(made);
    const value = numbers.made(made.layer.name, made.call);
    for (const reader of readers.get(value) ?? []) {
      missing[reader] = (missing[reader] as number) - 1;
      if (missing[reader] === 0) ready.add(reader);
    }
    readers.delete(value);
  }
  return { order, waiting: calls.filter((_, index) => missing[index] !== 0) };
}
