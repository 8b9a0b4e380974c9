import type { Stream } from '../../index.js';
import type { Host } from '../host.js';
import type { Watched } from '../observer.js';
import type { ServerLimits } from '../options.js';
import { refuse } from '../refusal.js';
import type { StateVersion } from '../store.js';
import { afterwards } from '../timer.js';
import { bytesOf, type LastReply } from './last-reply.js';

/** A sequence whose state is in this process. */
export interface Live {
  readonly host: Host;
  readonly stream: Stream;
  readonly epoch: string;
  step: number;
  last: LastReply | undefined;
  /** Which of its states the store keeps; undefined: none, or there is no store. */
  stored: StateVersion | undefined;
  /** When it was last used, as `performance.now()` counts. */
  used: number;
}

/** What is remembered of a sequence that is over. */
export interface Over extends StateVersion {
  readonly why: string;
  readonly last?: LastReply | undefined;
  readonly used: number;
}

/** Most sequences that are remembered after their end. */
const MOST_OVER = 10_000;
/** Most bytes of a last reply that is remembered beyond the end. */
const MOST_LAST = 2 ** 12;

/** Live sequences by key, the one that was used least lately first. */
export class LiveSequences {
  readonly #limits: ServerLimits;
  readonly #watched: Watched;
  /** Not to be dropped: something is done with it. */
  readonly #isBusy: (key: string) => boolean;
  /** Whether they are kept elsewhere too, so that any may be dropped. */
  readonly #cached: boolean;
  /** Whether they stay in memory from one request to the next. */
  readonly #ready: boolean;
  readonly #live = new Map<string, Live>();
  readonly #over = new Map<string, Over>();
  /** Places that are taken by what is no sequence of this map: those that begin, streams. */
  #taken = 0;
  /** Of the timer that is set. */
  #stop: (() => void) | undefined;

  constructor(
    limits: ServerLimits,
    watched: Watched,
    cached: boolean,
    ready: boolean,
    isBusy: (key: string) => boolean,
  ) {
    this.#limits = limits;
    this.#watched = watched;
    this.#cached = cached;
    this.#ready = ready;
    this.#isBusy = isBusy;
  }

  get size(): number {
    return this.#live.size + this.#taken;
  }

  sizeOf(host: Host): number {
    let count = 0;
    for (const live of this.#live.values()) if (live.host === host) count++;
    return count;
  }

  get(key: string): Live | undefined {
    this.sweep();
    return this.#live.get(key);
  }

  over(key: string): Over | undefined {
    return this.#over.get(key);
  }

  /** @throws {Refusal} no place for another sequence or stream. @returns gives it back. */
  take(): () => void {
    this.sweep();
    if (this.size >= this.#limits.sequences && !(this.#cached && this.#dropOldest())) {
      refuse('too-many-sequences', 'server', 'too many live sequences', `at most ${this.#limits.sequences}`);
    }
    this.#taken++;
    let taken = true;
    return () => {
      if (taken) this.#taken--;
      taken = false;
    };
  }

  /** Puts a sequence, or says that it was used. */
  put(key: string, live: Live): void {
    if (!this.#ready) {
      live.stream.dispose();
      return;
    }
    const before = this.#live.get(key);
    if (before !== live) {
      live.host.hold();
      if (before) this.drop(key);
    }
    this.#live.delete(key);
    live.used = performance.now();
    this.#live.set(key, live);
    this.#over.delete(key);
    this.#plan();
  }

  /** Takes a sequence out, with its state. */
  extract(key: string): Live | undefined {
    const live = this.#live.get(key);
    this.#live.delete(key);
    live?.host.release();
    return live;
  }

  /** Forgets a state. @param why for whoever asks for it again; undefined: it is kept elsewhere. */
  drop(key: string, why?: string): void {
    const live = this.extract(key);
    if (!live) return;
    live.stream.dispose();
    if (why === undefined) return;
    const { epoch, step, last } = live;
    const small = last && bytesOf(last.outputs ?? {}) <= MOST_LAST;
    this.#over.delete(key);
    this.#over.set(key, { epoch, step, why, used: performance.now(), ...(small && { last }) });
    if (this.#over.size > MOST_OVER) this.#over.delete(this.#over.keys().next().value as string);
  }

  /** Drops what has not been used for too long. */
  sweep(): void {
    const before = performance.now() - this.#limits.idleSeconds * 1000;
    for (const [key, { used, host }] of this.#live) {
      if (used > before) break;
      if (this.#isBusy(key)) continue;
      this.drop(key, this.#cached ? undefined : `was dropped after ${this.#limits.idleSeconds} s without a request`);
      if (!this.#cached) this.#watched.sequence({ model: host.name, what: 'expired' });
    }
    for (const [key, { used }] of this.#over) {
      if (used > before) break;
      this.#over.delete(key);
    }
  }

  clear(): void {
    this.#stop?.();
    for (const key of [...this.#live.keys()]) this.drop(key);
    this.#over.clear();
  }

  /** @returns whether there was one to be dropped. */
  #dropOldest(): boolean {
    for (const key of this.#live.keys()) {
      if (this.#isBusy(key)) continue;
      this.drop(key);
      return true;
    }
    return false;
  }

  /** Memory is given back though nobody asks for anything. */
  #plan(): void {
    const [oldest] = this.#live.values();
    // A Durable Object stays in memory as long as it has a timer; those that are kept elsewhere can wait for the next request.
    if (this.#stop || !oldest || this.#cached) return;
    const left = oldest.used + this.#limits.idleSeconds * 1000 - performance.now();
    this.#stop = afterwards(left + 1, () => {
      this.#stop = undefined;
      this.sweep();
      this.#plan();
    });
  }
}
