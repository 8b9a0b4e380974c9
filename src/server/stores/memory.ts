import type { StateStore, StoredState } from '../store.js';
import { atTime, isSame, type Kept } from './versions.js';

/** After as many writes, what has lapsed is looked for among all that is kept. */
const SWEEP_EVERY = 1024;

export interface MemoryStoreOptions {
  /** Milliseconds of a clock that does not go back. Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * A store in this process' memory: sequences outlive the streams and servers of one process, and end with it. For tests, and as the
 * model of a store of one's own.
 */
export function memoryStore({ now = () => performance.now() }: MemoryStoreOptions = {}): StateStore {
  const kept = new Map<string, Kept>();
  let writes = 0;
  return {
    read: async (key) => {
      const state = atTime(kept.get(key), now());
      return state && copyOf(state);
    },
    replace: async (key, expected, next, seconds) => {
      if (!isSame(atTime(kept.get(key), now()), expected)) return false;
      kept.set(key, { state: copyOf(next), until: now() + 1e3 * seconds });
      if (++writes % SWEEP_EVERY === 0) {
        for (const [other, { until }] of kept) if (until <= now()) kept.delete(other);
      }
      return true;
    },
    ping: async () => {},
  };
}

/** In memory that nobody else writes to. */
const copyOf = (state: StoredState): StoredState => ({
  ...state,
  bytes: state.bytes?.slice(),
  reply: state.reply?.slice(),
});
