import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ModelServer, ModelStats, ServerObserver } from '../../server/index.js';

/** What Prometheus asks for, and what the server tells for it. */
export interface Metrics {
  readonly observer: ServerObserver;
  /** The server with its metrics at `/metrics`, as they are when they are asked for. */
  beside(server: Handler): Handler;
}

type Handler = Pick<ModelServer, 'handle'>;

/** Seconds: a step of a small model takes tens of microseconds, a request that waits its turn milliseconds. */
const LATENCIES = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const ROWS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/**
 * Labels are models that there are and words of the server's own, so that no client can make series at will.
 * @param server asked when the text is: sequences, queues and memory are as they are then.
 */
export function metricsOf(server: () => ModelServer): Metrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const requests = new Histogram({
    name: 'gatewise_request_duration_seconds',
    help: 'Requests, from their headers to their reply.',
    labelNames: ['route', 'model', 'status'],
    buckets: LATENCIES,
    registers,
  });
  const refusals = new Counter({
    name: 'gatewise_refusals_total',
    help: 'Requests that were refused, by reason.',
    labelNames: ['model', 'reason'],
    registers,
  });
  const rows = new Histogram({
    name: 'gatewise_batch_rows',
    help: 'Sequences that were computed together.',
    labelNames: ['model'],
    buckets: ROWS,
    registers,
  });
  const computing = new Histogram({
    name: 'gatewise_batch_duration_seconds',
    help: 'Computing of one batch.',
    labelNames: ['model'],
    buckets: LATENCIES,
    registers,
  });
  const turns = new Counter({
    name: 'gatewise_sequence_events_total',
    help: 'Sequences begun, resumed, ended, expired, saved.',
    labelNames: ['model', 'event'],
    registers,
  });
  gauges(register, server);
  return {
    observer: {
      request({ route, model = '', status, seconds, refusal }) {
        requests.observe({ route, model, status }, seconds);
        if (refusal !== undefined) refusals.inc({ model, reason: refusal });
      },
      batch({ model, rows: count, seconds }) {
        rows.observe({ model }, count);
        computing.observe({ model }, seconds);
      },
      sequence: ({ model, what }) => turns.inc({ model, event: what }),
    },
    beside: ({ handle }) => ({
      handle: async (call) => {
        if (call.method !== 'GET' || !/^\/metrics(?:\?|$)/.test(call.url)) return handle(call);
        return { status: 200, headers: { 'content-type': register.contentType }, body: await register.metrics() };
      },
    }),
  };
}

/** What is so at the moment, read when it is asked for. */
function gauges(register: Registry, server: () => ModelServer): void {
  const perModel: readonly [name: string, help: string, value: (model: ModelStats) => number][] = [
    ['gatewise_sequences', 'Live sequences.', ({ sequences }) => sequences],
    ['gatewise_queued_requests', 'Requests that wait for their turn.', ({ queued }) => queued],
    [
      'gatewise_wasm_memory_bytes',
      'WebAssembly memory of the model and its sequences.',
      ({ memory }) => memory.byteLength,
    ],
    ['gatewise_wasm_memory_used_bytes', 'The part of it in use.', ({ memory }) => memory.used],
    ['gatewise_retired_models', 'Earlier versions that live sequences are still at.', ({ retired }) => retired],
  ];
  for (const [name, help, value] of perModel)
    new Gauge({
      name,
      help,
      labelNames: ['model'],
      registers: [register],
      collect() {
        this.reset();
        for (const model of server().stats.models) this.set({ model: model.name }, value(model));
      },
    });
  new Gauge({
    name: 'gatewise_ready',
    help: '1 while new sequences are taken, 0 while draining.',
    registers: [register],
    collect() {
      this.set(server().stats.draining ? 0 : 1);
    },
  });
}
