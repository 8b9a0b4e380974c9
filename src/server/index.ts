/**
 * A model server of the Open Inference Protocol: a `fetch` handler for any runtime of web standards, with sequences whose state it keeps
 * and streams over WebSockets. https://github.com/kserve/open-inference-protocol
 */
import type { Call, Reply } from './call.js';
import type { ModelEntry, ServerOptions } from './options.js';
import type { ServerStats } from './parts.js';
import { Core } from './server.js';
import { type BunHandlers, bunHandlers } from './stream/bun.js';
import type { OpenStream } from './stream/socket.js';
import { callOf, responseOf, type WebRequest, type WebResponse } from './web.js';

export type { Call, Reply } from './call.js';
export { StoreError } from './errors.js';
export type { BatchEvent, RequestEvent, Route, SequenceEvent, ServerObserver } from './observer.js';
export type { ModelEntry, RequestHead, ServerLimits, ServerOptions } from './options.js';
export type { ModelStats, ServerStats } from './parts.js';
export type { Reason } from './refusal.js';
export type { StateStore, StateVersion, StoredState } from './store.js';
export type { BunHandlers } from './stream/bun.js';
export type { Greeting } from './stream/connection.js';
export type { OpenStream, StreamConnection, StreamSocket } from './stream/socket.js';

/** A model server. */
export interface ModelServer {
  /**
   * Answers a request; never rejects. It needs no `this`. WebSockets are those of Deno, Workers and Bun; in Node `gatewise/server/node` has them.
   * @param by an `UpgradeFunction`: how a request becomes a WebSocket elsewhere; what runtimes hand over beside the request does no harm.
   */
  fetch(request: WebRequest, by?: unknown): Promise<WebResponse>;
  /** For Bun: `Bun.serve({ fetch: server.fetch, websocket: server.websocket })`. */
  readonly websocket: BunHandlers;
  /** The same for what is no web `Request`. */
  handle(call: Call): Promise<Reply>;
  readonly stats: ServerStats;
  /** Serves a model, or another one under its name: its live sequences go on with the one they began with, which is kept as long. */
  setModel(name: string, model: ModelEntry): void;
  /**
   * Loads a model, anew if it is there, by its entry's `load`; live sequences go on with the one that was there, which is then disposed of.
   * @throws {GatewiseError} it cannot be loaded, which is the error's `cause`: what was there goes on.
   */
  load(name: string): Promise<void>;
  /** Serves it no longer, nor its sequences. */
  removeModel(name: string): void;
  /**
   * Before the end: `/v2/health/ready` says no, inference is refused with 503, streams are saved and closed (1012). Resolves when all
   * that had come has been answered. With a store, others go on with the sequences.
   */
  drain(): Promise<void>;
  /** Drains and drops all that is in memory. */
  close(): Promise<void>;
}

/** @returns the response that the runtime wants for it. */
export type UpgradeFunction = (open: OpenStream) => WebResponse | undefined;

/**
 * Makes a server of models.
 * @throws {InputError} options that are none.
 */
export function createServer(options: ServerOptions): ModelServer {
  const core = new Core(options);
  return {
    fetch: async (request, by) => {
      const reply = await core.handle(callOf(request as Request));
      return responseOf(reply, request as Request, by) as WebResponse;
    },
    websocket: bunHandlers,
    handle: (call) => core.handle(call),
    get stats() {
      return core.stats;
    },
    setModel: (name, model) => core.setModel(name, model),
    load: async (name) => {
      await core.models.get(name).load();
    },
    removeModel: (name) => core.models.remove(name),
    drain: () => core.drain(),
    close: () => core.close(),
  };
}
