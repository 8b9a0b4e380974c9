/** Many sequences over many cores, by Web Workers: browsers, Deno, Bun. docs/many.md */

import type { ModelSource } from '../index.js';
import type { Sequence } from './messages.js';
import type { PoolOptions, RunManyOptions } from './options.js';
import { openPool, type Place, type Pool, type ResultOf, runOnce, type Sequences } from './pool.js';
import type { WorkerLike } from './thread.js';

export { WorkerError } from './errors.js';
export type { Output, Sequence } from './messages.js';
export type { AbortSignalLike, PoolOptions, Progress, RunManyOptions } from './options.js';
export type { Pool, ResultOf, Sequences } from './pool.js';
export type { WorkerLike } from './thread.js';

const WEB: Place = {
  // As it stands here, bundlers know it for a worker, and make a script of it.
  start: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'gatewise' }) as WorkerLike,
  processors: () =>
    (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency || 2,
};

/**
 * Starts workers, each with the model: its weights lie in memory that all of them read, where the runtime allows that. A pool is disposed of by
 * whoever made it.
 *
 * @param source a spec, or the `{ spec, report }` that importers give. It is copied.
 * @throws {InputError} an unknown option, or a value that it does not take.
 * @throws {WorkerError} a worker cannot be started.
 * @throws whatever `createModel` throws of the spec, the build or the memory limit; no worker is left then.
 */
export function createPool(source: ModelSource, options: PoolOptions = {}): Promise<Pool> {
  return openPool(source, options, WEB);
}

/**
 * `pool.runMany` on a pool for this one call, which is gone when it is settled.
 * @throws as `createPool` and `pool.runMany`.
 */
export function runMany<Given extends Sequence>(
  source: ModelSource,
  sequences: Sequences<Given>,
  options: PoolOptions & RunManyOptions = {},
): Promise<ResultOf<Given>[]> {
  return runOnce(source, sequences, options, WEB);
}
