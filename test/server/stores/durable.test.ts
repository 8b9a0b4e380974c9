import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoreError } from '../../../src/server/errors.js';
import { type DurableStorage, durableStore } from '../../../src/server/stores/durable.js';
import { expectStore } from './contract.js';

/** As an object's storage behaves; the real one is in workerd (test/runtimes/durable.test.ts). */
class Storage implements DurableStorage {
  readonly values = new Map<string, unknown>();
  alarm: number | null = null;
  #last: Promise<unknown> = Promise.resolve();

  async get(key: string): Promise<unknown> {
    return structuredClone(this.values.get(key));
  }
  async list({ prefix }: { readonly prefix: string }): Promise<Map<string, unknown>> {
    return new Map([...this.values].filter(([key]) => key.startsWith(prefix)));
  }
  async put(key: string, value: unknown): Promise<void> {
    this.values.set(key, structuredClone(value));
  }
  async delete(key: string): Promise<boolean> {
    return this.values.delete(key);
  }
  transaction<Result>(act: (within: DurableStorage) => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(() => act(this));
    this.#last = turn.catch(() => {});
    return turn;
  }
  async getAlarm(): Promise<number | null> {
    return this.alarm;
  }
  async setAlarm(time: number): Promise<void> {
    this.alarm = time;
  }
}

describe('in the storage of a Durable Object', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());
  const wait = async (milliseconds: number): Promise<void> => void vi.setSystemTime(Date.now() + milliseconds);
  expectStore(async () => ({ store: durableStore(new Storage()), wait }));

  it('forgets by an alarm, which it sets to when there is something to forget', async () => {
    const storage = new Storage();
    const store = durableStore(storage);
    const begun = Date.now();
    await store.replace('a', undefined, { epoch: 'one', step: 0 }, 10);
    await store.replace('b', undefined, { epoch: 'one', step: 0 }, 30);
    expect(storage.alarm).toBe(begun + 10_000);
    await wait(5000);
    await store.replace('a', { epoch: 'one', step: 0 }, { epoch: 'one', step: 1 }, 10);
    await wait(5000);
    // As the runtime does, before it calls the object.
    storage.alarm = null;
    await store.sweep();
    expect(storage.values.size).toBe(2);
    expect(storage.alarm).toBe(begun + 15_000);
    await wait(5000);
    storage.alarm = null;
    await store.sweep();
    expect([...storage.values.keys()]).toEqual(['gatewise:b']);
    expect(storage.alarm).toBe(begun + 30_000);
    await wait(20_000);
    storage.alarm = null;
    await store.sweep();
    expect([storage.values.size, storage.alarm]).toEqual([0, null]);
  });

  it('says what failed', async () => {
    const storage = new Storage();
    storage.get = () => Promise.reject(new Error('disk full'));
    const store = durableStore(storage);
    const replaced = store.replace('a', undefined, { epoch: 'one', step: 0 }, 1);
    await expect(replaced).rejects.toThrow('replace: the storage failed; got Error: disk full');
    await expect(store.read('a')).rejects.toBeInstanceOf(StoreError);
  });
});
