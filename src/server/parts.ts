import type { Models } from './models.js';
import type { ServerLimits, ServerOptions } from './options.js';
import type { Sequences } from './sequences/sequences.js';
import type { Connection } from './stream/connection.js';

/** What a model of a server is doing. */
export interface ModelStats {
  readonly name: string;
  readonly version: string | undefined;
  /** Live sequences in this process, of all versions; without streams. */
  readonly sequences: number;
  /** Requests that have not been answered. */
  readonly queued: number;
  /** Versions that are not served any longer, and still needed. */
  readonly retired: number;
  /** WebAssembly memory in bytes, of all versions. */
  readonly memory: { readonly byteLength: number; readonly used: number };
}

export interface ServerStats {
  readonly draining: boolean;
  /** WebSockets that are open. */
  readonly streams: number;
  readonly models: readonly ModelStats[];
}

/** What routes know of the server. */
export interface Parts {
  readonly models: Models;
  readonly sequences: Sequences;
  readonly limits: ServerLimits;
  readonly options: ServerOptions;
  readonly connections: Set<Connection>;
  readonly draining: boolean;
  readonly stats: ServerStats;
}
