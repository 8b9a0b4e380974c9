import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../../src/server/stores/memory.js';
import { expectStore } from './contract.js';

describe('in memory', () => {
  let now = 0;
  expectStore(async () => ({
    store: memoryStore({ now: () => now }),
    wait: async (milliseconds) => {
      now += milliseconds;
    },
  }));

  it('lets go of what has lapsed and is never asked for again', async () => {
    const copies: WeakRef<Uint8Array>[] = [];
    /** Copies of it are of its class. */
    class Noted extends Uint8Array {
      constructor(length: number) {
        super(length);
        copies.push(new WeakRef(this));
      }
    }
    let time = 0;
    const store = memoryStore({ now: () => time });
    const put = (key: number, bytes: Uint8Array) =>
      store.replace(`${key}`, undefined, { epoch: 'one', step: 0, bytes }, 1);
    await put(0, new Noted(4));
    const [, kept] = copies;
    await collect();
    expect(kept?.deref()).toBeDefined();
    time += 2000;
    for (let key = 1; key < 1100; key++) await put(key, new Uint8Array(4));
    await collect();
    expect(kept?.deref()).toBeUndefined();
    expect(await store.read('1099')).toBeDefined();
  });
});

/** What is referred to weakly stays until the current task is over. */
async function collect(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  (globalThis as { gc?: () => void }).gc?.();
}
