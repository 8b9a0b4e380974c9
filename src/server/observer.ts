import type { Reason } from './refusal.js';

/** What a request was for. */
export type Route =
  | 'infer'
  | 'stream'
  | 'metadata'
  | 'live'
  | 'ready'
  | 'repository'
  | 'openapi'
  | 'status'
  | 'unknown';

/** A request that has been answered. */
export interface RequestEvent {
  readonly route: Route;
  readonly method: string;
  /** Of one that there is. */
  readonly model?: string | undefined;
  /** Of the reply; 101 when a stream begins. */
  readonly status: number;
  /** From its head to its reply. */
  readonly seconds: number;
  readonly refusal?: Reason | undefined;
  /** What went wrong, of a request that the server failed at. */
  readonly error?: unknown;
}

/** A product of one timestep of several sequences, or a run by itself. */
export interface BatchEvent {
  readonly model: string;
  readonly rows: number;
  readonly seconds: number;
}

export interface SequenceEvent {
  readonly model: string;
  readonly what: 'begun' | 'resumed' | 'ended' | 'expired' | 'saved';
}

/** Told what happens, as it happens: for metrics and logs. What one throws is dropped. */
export interface ServerObserver {
  request?(event: RequestEvent): void;
  batch?(event: BatchEvent): void;
  sequence?(event: SequenceEvent): void;
}

/** An observer that cannot throw. */
export class Watched {
  readonly #observer: ServerObserver;

  constructor(observer: ServerObserver = {}) {
    this.#observer = observer;
  }

  // Metrics that fail are no reason to fail a request.
  request(event: RequestEvent): void {
    try {
      this.#observer.request?.(event);
    } catch {}
  }

  batch(event: BatchEvent): void {
    try {
      this.#observer.batch?.(event);
    } catch {}
  }

  sequence(event: SequenceEvent): void {
    try {
      this.#observer.sequence?.(event);
    } catch {}
  }
}
