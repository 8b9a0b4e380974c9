/**
 * A model server on Cloudflare: a Worker in front, and a Durable Object for each conversation, which keeps its state in its storage. The
 * protocol is that of `gatewise/server`.
 */
import { createServer, type ModelEntry, type ModelServer, type ServerOptions } from '../server/index.js';
import { type DurableStorage, type DurableStore, durableStore } from '../server/stores/durable.js';
import type { WebRequest, WebResponse } from '../server/web.js';
import { inObjects, type ObjectNamespace, tokenFor } from './objects.js';

export type { DurableStorage, DurableStore, ObjectNamespace };
export { durableStore };

/** A server's options; its store is each object's storage. A model is loaded once for all objects of an isolate. */
export type WorkerOptions = Omit<ServerOptions, 'store' | 'repository'>;

/** What a Worker's environment has: the namespace of the objects, under the name of its binding. */
export type WorkerEnvironment = Readonly<Record<string, unknown>>;

/** The state that a Durable Object is made with. */
export interface ObjectState {
  readonly storage: DurableStorage;
}

/** A Durable Object: one sequence, or one stream. */
export interface ConversationObject {
  fetch(request: WebRequest): Promise<WebResponse>;
  alarm(): Promise<void>;
}

export interface ConversationWorker {
  /** The Worker's default export. */
  readonly worker: { fetch(request: WebRequest, environment: WorkerEnvironment): Promise<WebResponse> };
  /** Exported under this name, of which `durable_objects` and `migrations` in wrangler's settings know. */
  readonly Conversation: new (
    state: ObjectState,
    environment: WorkerEnvironment,
  ) => ConversationObject;
}

/**
 * Makes a Worker and the class of its objects.
 * @param optionsOf called once in an isolate, at its first request.
 * @param binding of the objects' namespace.
 */
export function createWorker(
  optionsOf: (environment: WorkerEnvironment) => WorkerOptions,
  { binding = 'CONVERSATIONS' }: { readonly binding?: string } = {},
): ConversationWorker {
  let known: WorkerOptions | undefined;
  const options = (environment: WorkerEnvironment): WorkerOptions => {
    known ??= shared(optionsOf(environment));
    return known;
  };
  let front: ModelServer | undefined;

  return {
    worker: {
      fetch: (request, environment) => {
        front ??= createServer({
          ...options(environment),
          elsewhere: inObjects(environment[binding] as ObjectNamespace | undefined, binding),
        });
        return front.fetch(request);
      },
    },
    Conversation: class Conversation implements ConversationObject {
      readonly #store: DurableStore;
      readonly #server: ModelServer;

      constructor({ storage }: ObjectState, environment: WorkerEnvironment) {
        // Who sends a request has been asked in front, which has also told the observer of it.
        const { authorise, observer, ...others } = options(environment);
        const { request, ...watching } = observer ?? {};
        this.#store = durableStore(storage);
        this.#server = createServer({ ...others, observer: watching, store: this.#store, within: { tokenFor } });
      }

      fetch(request: WebRequest): Promise<WebResponse> {
        return this.#server.fetch(request);
      }

      alarm(): Promise<void> {
        return this.#store.sweep();
      }
    },
  };
}

/** Models that are loaded once, whoever asks. */
function shared({ models, ...others }: WorkerOptions): WorkerOptions {
  const once = (entry: ModelEntry): ModelEntry => {
    if (!('load' in entry)) return entry;
    let loaded: ReturnType<typeof entry.load> | undefined;
    return {
      load: () => {
        loaded ??= entry.load().catch((error: unknown) => {
          loaded = undefined;
          throw error;
        });
        return loaded;
      },
    };
  };
  return { ...others, models: Object.fromEntries(Object.entries(models).map(([name, entry]) => [name, once(entry)])) };
}
