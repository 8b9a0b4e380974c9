/**
 * A worker of a pool in browsers, Deno and Bun. Nothing in it is fetched on demand: bundlers make one script of a worker. A worker of one's
 * own imports this, and nothing else is to be done.
 */

import type { Model, ModelSpec } from '../index.js';
import { embeddedInt8 } from '../layers/int8/embedded.js';
import { createModel as createRelaxed } from '../relaxed.js';
import { acceptsBuild, createModel as createSimd } from '../simd.js';
import type { Request, WorkerModelOptions } from './messages.js';
import { type Line, serve } from './serve.js';

/** Where this is a worker's script. */
interface Scope {
  readonly document?: unknown;
  postMessage?(reply: unknown, transfer: unknown): void;
  addEventListener?(type: 'message', hear: (event: { readonly data: Request }) => void): void;
}

/** How this worker makes its model: of kernels and layers that are in its script. @throws as `createModel`. */
export function makeModel(spec: ModelSpec, { build, ...options }: WorkerModelOptions): Promise<Model> {
  if (spec.int8 !== undefined) return createSimd(spec, { ...options, int8: embeddedInt8(build) });
  const chosen = build ?? (acceptsBuild('relaxed') ? 'relaxed' : 'simd');
  return (chosen === 'relaxed' ? createRelaxed : createSimd)(spec, { ...options, build: chosen });
}

const scope = globalThis as Scope;
// A page that imports it by mistake goes on hearing its own messages.
if (scope.document === undefined && scope.postMessage && scope.addEventListener) {
  const line: Line = {
    post: (reply, transfer) => scope.postMessage?.(reply, transfer),
    listen: (hear) => scope.addEventListener?.('message', ({ data }) => hear(data)),
  };
  serve(line, makeModel);
}
