import type { Waiting } from '../batcher.js';
import type { Host, Outputs } from '../host.js';
import type { Watched } from '../observer.js';
import type { ServerLimits } from '../options.js';
import { PLAIN } from '../protocol/fields.js';
import type { InferRequest, SequenceParameters, WantedOutput } from '../protocol/request.js';
import { Refusal, refuse } from '../refusal.js';
import type { StateStore, StateVersion } from '../store.js';
import { type Found, KeptSequences, type Versions } from './kept.js';
import { digestOf, lastReply, repliedBefore } from './last-reply.js';
import { Lines } from './lines.js';
import { type Live, LiveSequences, type Over } from './live.js';

/** What came of a request. */
export interface Answer {
  readonly host: Host;
  readonly outputs: Outputs;
  readonly wanted: readonly WantedOutput[];
  /** Timesteps that the sequence has made with it. */
  readonly step: number;
}

/** Servers may change a sequence at the same time so many times before a request is told. */
const ATTEMPTS = 4;

/** All sequences of a server. */
export class Sequences {
  readonly live: LiveSequences;
  readonly #lines: Lines;
  readonly #kept: KeptSequences | undefined;
  readonly #watched: Watched;

  constructor(limits: ServerLimits, watched: Watched, store: StateStore | undefined, ready: boolean) {
    this.#watched = watched;
    this.#lines = new Lines(limits.queuePerSequence);
    this.#kept = store && new KeptSequences(store, limits.idleSeconds);
    this.live = new LiveSequences(limits, watched, store !== undefined, ready, (key) => this.#lines.has(key));
  }

  /** Whether sequences outlive this process. */
  get hasStore(): boolean {
    return this.#kept !== undefined;
  }

  /**
   * One request of a sequence, after those that came before it.
   * @throws {Refusal} among others `gone`: there is no such sequence; `conflict`: it is at another step than the client counts. Its state is
   *   as it was then.
   */
  infer(
    versions: Versions,
    key: string,
    request: InferRequest,
    sequence: SequenceParameters,
    waiting: Waiting,
  ): Promise<Answer> {
    return this.#lines.inOrder(key, async () => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const answer = await this.#attempt(versions, key, request, sequence, waiting);
        if (answer) return answer;
      }
      return refuse('conflict', 'sequence', 'others change it at the same time');
    });
  }

  /**
   * A sequence that nothing else goes on with from now on, to be used as a stream.
   * @throws {Refusal} there is none.
   */
  claim(versions: Versions, key: string): Promise<Live> {
    return this.#lines.inOrder(key, async () => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const { live, over } = await this.#find(key, versions);
        if (!live) return refuse('gone', 'stream', over ? over.why : 'unknown: it was never begun, or is forgotten');
        const claimed = { ...live, epoch: newEpoch() };
        const kept = !this.#kept || (await this.#kept.keep(key, claimed, live.stored, false));
        claimed.host.hold();
        if (this.live.get(key) === live) this.live.extract(key);
        if (kept) return claimed;
        claimed.host.release();
        live.stream.dispose();
      }
      return refuse('conflict', 'stream', 'others change it at the same time');
    });
  }

  /** Leaves a claimed stream, or a new one, to be claimed again. @throws {Refusal} the store cannot be reached: then it is lost. */
  async leave(key: string, live: Live): Promise<void> {
    try {
      await this.save(key, live);
      this.live.put(key, live);
    } catch (error) {
      live.stream.dispose();
      throw error;
    } finally {
      live.host.release();
    }
  }

  /** Ends a claimed stream, or a new one. */
  async finish(key: string, live: Live): Promise<void> {
    try {
      if (live.stored) await this.#kept?.keep(key, live, live.stored, true);
    } finally {
      live.stream.dispose();
      live.host.release();
      this.#watched.sequence({ model: live.host.name, what: 'ended' });
    }
  }

  /** Keeps a stream's state as it is now, where there is a store. @throws {Refusal} */
  async save(key: string, live: Live): Promise<void> {
    if (!this.#kept) return;
    if (!(await this.#kept.keep(key, live, live.stored, false))) {
      refuse('conflict', 'stream', 'was taken over elsewhere');
    }
    this.#watched.sequence({ model: live.host.name, what: 'saved' });
  }

  /** A state that nothing is known of yet. @throws {UnsupportedError} the model needs whole sequences. */
  begin(host: Host): Live {
    return {
      host,
      stream: host.model.createStream(),
      epoch: newEpoch(),
      step: 0,
      last: undefined,
      stored: undefined,
      used: performance.now(),
    };
  }

  #find(key: string, versions: Versions): Found | Promise<Found> {
    const live = this.live.get(key);
    if (live) return { live };
    return this.#kept ? this.#findKept(this.#kept, key, versions) : { over: this.live.over(key) };
  }

  async #findKept(kept: KeptSequences, key: string, versions: Versions): Promise<Found> {
    const found = await kept.find(key, versions);
    if (found.live) this.#watched.sequence({ model: found.live.host.name, what: 'resumed' });
    return found;
  }

  /** @returns undefined: what was known of the sequence is not so any longer. */
  async #attempt(
    versions: Versions,
    key: string,
    request: InferRequest,
    sequence: SequenceParameters,
    waiting: Waiting,
  ): Promise<Answer | undefined> {
    const found = this.#find(key, versions);
    const { live, over } = found instanceof Promise ? await found : found;
    const cached = live !== undefined && this.live.get(key) === live;
    const host = sequence.start ? versions.current : (live?.host ?? versions.current);
    host.hold();
    let begun: Live | undefined;
    try {
      const { inputs, outputs: wanted } = request.of(host);
      const { step, start, end, key: once } = sequence;
      const isTold = step !== undefined || once !== undefined;
      const digest = isTold ? digestOf(inputs, start, end) : '';
      const known = live ?? over;
      const before = isTold && known?.last ? repliedBefore(known.last, { digest, key: once, step }) : undefined;
      if (known && before) return { host, outputs: before, wanted, step: known.step };
      const fault = faultOf(sequence, live, over);
      if (fault) {
        // Another server may have gone on with it.
        if (!cached || !this.#kept) throw fault;
        this.live.drop(key);
        return undefined;
      }
      const advance = host.advance(inputs);
      const giveBack = cached ? undefined : this.live.take();
      try {
        if (sequence.start) begun = this.begin(host);
        const own = begun ?? (live as Live);
        const from = own.step;
        const outputs = await advance.run(own.stream, waiting);
        own.step += advance.time;
        own.last = isTold ? lastReply(from, digest, once, outputs) : undefined;
        if (this.#kept && !(await this.#keep(key, own, live?.stored ?? over, sequence.end))) return undefined;
        if (begun) this.#watched.sequence({ model: host.name, what: 'begun' });
        giveBack?.();
        this.live.put(key, own);
        begun = undefined;
        if (sequence.end) {
          this.live.drop(key, 'has ended');
          this.#watched.sequence({ model: host.name, what: 'ended' });
        }
        return { host, outputs, wanted, step: own.step };
      } finally {
        giveBack?.();
      }
    } finally {
      if (begun) begun.stream.dispose();
      if (live && this.live.get(key) !== live) live.stream.dispose();
      host.release();
    }
  }

  /** @returns false: others were there first, and what this server has of it is worth nothing. */
  async #keep(key: string, live: Live, expected: StateVersion | undefined, over: boolean): Promise<boolean> {
    let kept = false;
    try {
      kept = await (this.#kept as KeptSequences).keep(key, live, expected, over);
    } finally {
      // Whether it was written is not known if the store failed.
      if (!kept) this.live.drop(key);
    }
    if (kept) this.#watched.sequence({ model: live.host.name, what: 'saved' });
    return kept;
  }
}

/** Why a request cannot be the sequence's next; undefined: it can. */
function faultOf(
  { start, step }: SequenceParameters,
  live: Live | undefined,
  over: Over | undefined,
): Refusal | undefined {
  const at = live ? `is at step ${live.step}` : over?.why;
  if (start) {
    if (step === undefined || (live ?? over) === undefined) return undefined;
    const expected = 'sequence_start without sequence_step, which begins it anew, or another id';
    return new Refusal('conflict', `begun already: it ${at}`, { where: 'sequence', expected });
  }
  if (!live) {
    const message = at ?? 'unknown: it was never begun, or is forgotten';
    return new Refusal('gone', message, { where: 'sequence', expected: 'sequence_start' });
  }
  if (step === undefined || step === live.step) return undefined;
  return new Refusal('conflict', 'not its next step', {
    where: 'sequence',
    expected: `sequence_step ${live.step}`,
    got: `${step}`,
  });
}

/**
 * What a sequence is kept under: no text of a client's can be another's.
 * @param subject whose it is.
 */
export const keyOf = (model: string, subject: string, id: number | string): string =>
  `${model}/${encoded(subject)}/${typeof id === 'number' ? `#${id}` : encoded(id)}`;

const encoded = (text: string): string => (PLAIN.test(text) ? text : encodeURIComponent(text));

/** Random text, of 128 bits. */
export function newEpoch(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
