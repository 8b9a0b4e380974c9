import type { Build } from '../index.js';
import { badInput, describe } from '../refuse.js';
import type { WorkerLike } from './thread.js';

export interface PoolOptions {
  /** How many workers. Default: one a processor. */
  readonly workers?: number;
  /** Force a build of the kernels. Default: `relaxed` where it is accepted, else `simd`. */
  readonly build?: Build;
  /** Most bytes of WebAssembly memory that each worker's model may take. Default: 4 GiB. */
  readonly memoryLimit?: number;
  /**
   * Starts a worker, where bundlers or policies want it done in another way: `() => new Worker(url, { type: 'module' })` of a browser or of
   * `node:worker_threads`, of a script that imports `gatewise/many/worker`. Called again for a worker that has ended.
   */
  readonly worker?: () => WorkerLike;
}

export interface RunManyOptions {
  /** Called when sequences have finished, whatever came of them. `total` is undefined for iterables, which do not say how many come. */
  readonly onProgress?: (progress: Progress) => void;
  /** An AbortSignal: what was begun is ended, and the call rejects with the signal's reason. */
  readonly signal?: AbortSignalLike;
}

export interface Progress {
  readonly done: number;
  readonly total: number | undefined;
}

/** What is asked of an AbortSignal; projects without the DOM's types have none to name. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

const POOL = ['workers', 'build', 'memoryLimit', 'worker'];
const RUN = ['onProgress', 'signal'];
/** More threads than any machine has processors for. */
const MOST_WORKERS = 1024;

/** @throws {InputError} an unknown option, or a value that it does not take; the workers' model says what it says of its own. */
export function readPoolOptions(given: PoolOptions, further: readonly string[] = []): PoolOptions {
  const options = onlyKnown(given, [...POOL, ...further], 'createPool');
  const { workers, worker } = options;
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1 && workers <= MOST_WORKERS)) {
    badInput('workers', 'not a number of workers', `a whole number from 1 to ${MOST_WORKERS}`, describe(workers));
  }
  if (worker !== undefined && typeof worker !== 'function') {
    badInput('worker', 'not a function', 'a function that starts a worker', describe(worker));
  }
  return options;
}

/** @throws {InputError} an unknown option, or a value that it does not take. */
export function readRunOptions(given: RunManyOptions, further: readonly string[] = []): RunManyOptions {
  const options = onlyKnown(given, [...RUN, ...further], 'runMany');
  const { onProgress, signal } = options;
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    badInput('onProgress', 'not a function', 'a function of { done, total }', describe(onProgress));
  }
  if (
    signal !== undefined &&
    !(typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function')
  ) {
    badInput('signal', 'not a signal', 'an AbortSignal', describe(signal));
  }
  return options;
}

/** For a call that makes a pool and runs on it. */
export const readBothOptions = (given: PoolOptions & RunManyOptions): PoolOptions & RunManyOptions => ({
  ...readPoolOptions(given, RUN),
  ...readRunOptions(given, POOL),
});

function onlyKnown<Options extends object>(given: Options, known: readonly string[], where: string): Options {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    badInput(where, 'options are no object', `an object with ${known.join(', ')}`, describe(given));
  }
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) badInput(where, `unknown option ${describe(key)}`, known.join(', '), describe(key));
  }
  return { ...given };
}
