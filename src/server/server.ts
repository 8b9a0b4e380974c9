import { type Call, errorReply, type Reply } from './call.js';
import { Models } from './models.js';
import { type RequestEvent, type Route, Watched } from './observer.js';
import type { ModelEntry, ServerLimits, ServerOptions } from './options.js';
import type { ModelStats, Parts, ServerStats } from './parts.js';
import { checkModel, readServerOptions } from './read-options.js';
import { asRefusal, type Refusal } from './refusal.js';
import { route } from './routes.js';
import { Sequences } from './sequences/sequences.js';
import type { Connection } from './stream/connection.js';

/** Models behind HTTP and WebSockets, of which `fetch` of `gatewise/server` and the adapters of runtimes are the doors. */
export class Core implements Parts {
  readonly models: Models;
  readonly sequences: Sequences;
  readonly limits: ServerLimits;
  readonly options: ServerOptions & { readonly limits: ServerLimits };
  readonly connections = new Set<Connection>();
  readonly #watched: Watched;
  draining = false;

  /** @throws {InputError} options that are none. */
  constructor(options: ServerOptions) {
    this.options = readServerOptions(options);
    const { store, batchWindow = 0, limits } = this.options;
    this.limits = limits;
    this.#watched = new Watched(options.observer);
    this.sequences = new Sequences(this.limits, this.#watched, store, options.within === undefined);
    this.models = new Models(options.models, {
      window: batchWindow,
      replyBytes: this.limits.replyBytes,
      watched: this.#watched,
      graceSeconds: store ? this.limits.idleSeconds : 0,
    });
  }

  /** Answers a request, whatever it is: what goes wrong is a reply too. */
  async handle(call: Call): Promise<Reply> {
    const begin = performance.now();
    const seen: { route: Route; model: string | undefined } = { route: 'unknown', model: undefined };
    let refusal: Refusal | undefined;
    let reply: Reply;
    try {
      reply = await route(call, this, begin + this.limits.requestSeconds * 1000, seen);
    } catch (error) {
      refusal = asRefusal(error);
      reply = errorReply(refusal);
    }
    const event: RequestEvent = {
      route: seen.route,
      model: seen.model,
      method: call.method,
      status: reply.status,
      seconds: (performance.now() - begin) / 1000,
      refusal: refusal?.reason,
    };
    this.#watched.request(refusal && refusal.status >= 500 ? { ...event, error: refusal.cause ?? refusal } : event);
    return reply;
  }

  get stats(): ServerStats {
    return {
      draining: this.draining,
      streams: this.connections.size,
      models: this.models.all.map(({ name, current, former, pending }): ModelStats => {
        const retired = former.filter(({ closed }) => !closed);
        const hosts = current ? [current, ...retired] : retired;
        const memories = hosts.map(({ model }) => model.memory);
        return {
          name,
          version: current?.version,
          sequences: hosts.reduce((sum, host) => sum + this.sequences.live.sizeOf(host), 0),
          queued: pending,
          retired: retired.length,
          memory: {
            byteLength: memories.reduce((sum, { byteLength }) => sum + byteLength, 0),
            used: memories.reduce((sum, { used }) => sum + used, 0),
          },
        };
      }),
    };
  }

  setModel(name: string, entry: ModelEntry): void {
    checkModel(name, entry);
    this.models.set(name, entry);
  }

  async drain(): Promise<void> {
    this.draining = true;
    await Promise.all([...this.connections].map((connection) => connection.leave()));
    while (this.models.all.some(({ pending }) => pending > 0)) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async close(): Promise<void> {
    await this.drain();
    this.sequences.live.clear();
    for (const { name } of this.models.all) this.models.remove(name);
  }
}
