import type { StateVersion, StoredState } from '../store.js';

/** A state and when it lapses. */
export interface Kept {
  readonly state: StoredState;
  /** Milliseconds, by the store's clock. */
  readonly until: number;
}

/** Whether a state is the one that is expected; undefined: that there is none. */
export const isSame = (one: StateVersion | undefined, other: StateVersion | undefined): boolean =>
  one?.epoch === other?.epoch && one?.step === other?.step;

/** What has not lapsed yet. */
export const atTime = (kept: Kept | undefined, now: number): StoredState | undefined =>
  kept && kept.until > now ? kept.state : undefined;
