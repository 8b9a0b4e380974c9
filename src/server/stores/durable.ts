import { StoreError } from '../errors.js';
import type { StateStore } from '../store.js';
import { atTime, isSame, type Kept } from './versions.js';

/** What is used of the storage of a Durable Object, `ctx.storage`. */
export interface DurableStorage extends Entries {
  transaction<Result>(act: (within: Entries) => Promise<Result>): Promise<Result>;
}

interface Entries {
  getAlarm(): Promise<number | null>;
  setAlarm(time: number): Promise<void>;
  get(key: string): Promise<unknown>;
  list(options: { readonly prefix: string }): Promise<Map<string, unknown>>;
  put(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<boolean>;
}

export interface DurableStore extends StateStore {
  /** Forgets what has lapsed: for the object's `alarm()`, which the store sets to when there is something to forget. */
  sweep(): Promise<void>;
}

const PREFIX = 'gatewise:';

/**
 * A store in the storage of a Durable Object, for the sequences of this object. A reply goes out when what it says is on disk. An object of the SQLite
 * kind holds states of 2 MB.
 * @returns a store whose methods reject with `StoreError` if the storage fails.
 */
export function durableStore(storage: DurableStorage): DurableStore {
  async function ask<Answer>(where: string, act: () => Promise<Answer>): Promise<Answer> {
    try {
      return await act();
    } catch (cause) {
      throw new StoreError('the storage failed', { where, got: String(cause), cause });
    }
  }

  return {
    read: (key) => ask('read', async () => atTime((await storage.get(PREFIX + key)) as Kept | undefined, Date.now())),
    replace: (key, expected, next, seconds) =>
      ask('replace', async () => {
        const now = Date.now();
        const until = now + Math.ceil(1e3 * seconds);
        return await storage.transaction(async (within) => {
          const kept = (await within.get(PREFIX + key)) as Kept | undefined;
          if (!isSame(atTime(kept, now), expected)) return false;
          await within.put(PREFIX + key, { state: next, until });
          if ((await within.getAlarm()) === null) await within.setAlarm(until);
          return true;
        });
      }),
    ping: async () => {},
    sweep: () =>
      ask('sweep', async () => {
        const now = Date.now();
        let next = Number.POSITIVE_INFINITY;
        for (const [key, kept] of await storage.list({ prefix: PREFIX })) {
          const { until } = kept as Kept;
          if (until <= now) await storage.delete(key);
          else next = Math.min(next, until);
        }
        if (next < Number.POSITIVE_INFINITY) await storage.setAlarm(next);
      }),
  };
}
