import { StateError } from '../../errors.js';
import type { Host } from '../host.js';
import { Refusal, refuse } from '../refusal.js';
import type { StateStore, StateVersion, StoredState } from '../store.js';
import { decodeReply, encodeReply } from './last-reply.js';
import type { Live, Over } from './live.js';

/** The versions of a model that a sequence may be of. */
export interface Versions {
  readonly current: Host;
  /** Those that are only served to who began with them, the latest first. */
  readonly former: readonly Host[];
}

/** What is known of a key. */
export interface Found {
  readonly live?: Live | undefined;
  readonly over?: Over | undefined;
}

/** Sequences in a store. */
export class KeptSequences {
  readonly #store: StateStore;
  /** Seconds without a request after which they are forgotten. */
  readonly #seconds: number;

  constructor(store: StateStore, seconds: number) {
    this.#store = store;
    this.#seconds = seconds;
  }

  /**
   * A sequence as it is kept, in a stream of its own.
   * @throws {Refusal} the store cannot be reached; no version of the model that there is has made the state.
   */
  async find(key: string, versions: Versions): Promise<Found> {
    const stored = await reach(() => this.#store.read(key));
    if (!stored) return {};
    const { epoch, step, bytes, reply } = stored;
    const last = reply && reply.length > 0 ? decodeReply(reply) : undefined;
    if (!bytes) return { over: { epoch, step, last, why: 'is over', used: performance.now() } };
    const { host, stream } = restore(bytes, versions);
    return { live: { host, stream, epoch, step, last, stored: { epoch, step }, used: performance.now() } };
  }

  /**
   * Keeps what a sequence has become.
   * @param over its state is not needed any longer.
   * @returns false: it is another by now, which stays.
   */
  async keep(key: string, live: Live, expected: StateVersion | undefined, over: boolean): Promise<boolean> {
    const { epoch, step, last } = live;
    const bytes = over ? undefined : live.stream.save();
    const next: StoredState = { epoch, step, bytes, reply: last && encodeReply(last) };
    const kept = await reach(() => this.#store.replace(key, expected, next, this.#seconds));
    if (kept) live.stored = { epoch, step };
    return kept;
  }
}

/** @throws {Refusal} with what the store says. */
async function reach<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (cause) {
    throw new Refusal('store', 'cannot be reached; the request may be repeated', { where: 'store', cause });
  }
}

function restore(bytes: Uint8Array, { current, former }: Versions): Pick<Live, 'host' | 'stream'> {
  for (const host of [current, ...former]) {
    const stream = host.model.createStream();
    try {
      stream.restore(bytes);
      return { host, stream };
    } catch (error) {
      stream.dispose();
      if (!(error instanceof StateError)) throw error;
    }
  }
  return refuse('conflict', 'sequence', 'was begun with another model', 'sequence_start');
}
