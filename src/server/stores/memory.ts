import type { StateStore, StateVersion, StoredState } from '../store.js';

/** After as many writes, what has lapsed is looked for among all that is kept. */
const SWEEP_EVERY = 1024;

interface Kept {
  readonly state: StoredState;
  /** Milliseconds, by `now`. */
  readonly until: number;
}

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
  const find = (key: string): StoredState | undefined => {
    const found = kept.get(key);
    return found && found.until > now() ? found.state : undefined;
  };
  return {
    read: async (key) => copyOf(find(key)),
    replace: async (key, expected, next, seconds) => {
      if (!isSame(find(key), expected)) return false;
      kept.set(key, { state: copyOf(next) as StoredState, until: now() + 1e3 * seconds });
      if (++writes % SWEEP_EVERY === 0) {
        for (const [other, { until }] of kept) if (until <= now()) kept.delete(other);
      }
      return true;
    },
    ping: async () => {},
  };
}

/** Whether a state is the one that is expected; undefined: that there is none. */
const isSame = (one: StateVersion | undefined, other: StateVersion | undefined): boolean =>
  one?.epoch === other?.epoch && one?.step === other?.step;

/** In memory that nobody else writes to. */
const copyOf = (state: StoredState | undefined): StoredState | undefined =>
  state && { ...state, bytes: state.bytes?.slice(), reply: state.reply?.slice() };
