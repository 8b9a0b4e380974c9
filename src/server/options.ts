import type { Model } from '../index.js';
import type { ServerObserver } from './observer.js';
import type { StateStore } from './store.js';

/** What a server takes at most. */
export interface ServerLimits {
  /** Bytes of a request's body, compressed and not. Default 16 MiB. */
  readonly bodyBytes: number;
  /** Bytes of a reply's numbers. Default 64 MiB. */
  readonly replyBytes: number;
  /** Live sequences and streams of all models; with a store, those that are kept ready. Default 10,000. */
  readonly sequences: number;
  /** Requests of a model that wait; more are refused with 429. Default 1,024. */
  readonly queue: number;
  /** Bytes of the bodies of these. Default 256 MiB. */
  readonly queueBytes: number;
  /** Requests of one sequence, or messages of one stream, that wait. Default 64. */
  readonly queuePerSequence: number;
  /** Seconds from a request's first byte until it is computed, its body included. Default 30. */
  readonly requestSeconds: number;
  /** Seconds without a request after which a sequence is dropped and a stream that was left; one that is open is closed. Default 600. */
  readonly idleSeconds: number;
}

export const LIMITS: ServerLimits = {
  bodyBytes: 2 ** 24,
  replyBytes: 2 ** 26,
  sequences: 10_000,
  queue: 1024,
  queueBytes: 2 ** 28,
  queuePerSequence: 64,
  requestSeconds: 30,
  idleSeconds: 600,
};

/** What is known of a request before its body is read; a web `Request` is one. */
export interface RequestHead {
  readonly method: string;
  /** Its path and query, with or without an origin. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** A model that is there, or what makes one: it is called when the model is first asked for, and at each load by the repository's endpoint. */
export type ModelEntry = Model | { load(): Promise<Model> };

export interface ServerOptions {
  /** By name: of letters, digits, `.`, `_` and `-`, at most 128. The server never disposes of those that were given as models. */
  readonly models: Readonly<Record<string, ModelEntry>>;
  /** Keeps sequences beyond this process. Default: they live in it, and end with it. */
  readonly store?: StateStore;
  readonly limits?: Partial<ServerLimits>;
  /** Milliseconds that a step waits for steps of other sequences. Default 0: what waits is taken together. */
  readonly batchWindow?: number;
  /**
   * Who sends a request: text that its sequences and streams belong to, so that nobody else can go on with them; undefined: refused with 401.
   * Asked for everything but `/v2/health`. Default: everybody is the same.
   */
  readonly authorise?: (head: RequestHead) => string | undefined | Promise<string | undefined>;
  /**
   * Origins whose pages may send requests, as `https://app.example`; `*`: all. Default: pages from the server's own address alone, so that what a
   * browser shows cannot use a server that only its machine can reach. Programs send no origin.
   */
  readonly origins?: readonly string[];
  /** Whether models can be listed, loaded and unloaded at `/v2/repository`. Default false. */
  readonly repository?: boolean;
  readonly observer?: ServerObserver;
  /**
   * Answers requests of sequences and streams, which are not in this server.
   * @internal
   */
  readonly elsewhere?: Elsewhere;
  /**
   * This server is in an object of one sequence or stream.
   * @internal
   */
  readonly within?: Within;
}

/**
 * A server in an object keeps nothing ready between requests: an object is let go of without being told, and its streams' memory is that of the
 * model, which others use. So it has no timers either, for which objects would stay in memory.
 */
export interface Within {
  /** The token of a stream that begins. */
  tokenFor(head: RequestHead): string | undefined;
}

/**
 * @param key of the sequence or stream.
 * @param of the body of a sequence's request, unpacked, or a stream's token.
 * @throws {Refusal}
 */
export type Elsewhere = (
  key: string,
  head: RequestHead,
  of: { readonly body?: Uint8Array; readonly token?: string },
) => Promise<Response>;
