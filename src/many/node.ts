/// <reference types="node" />
/** The same in Node, by `node:worker_threads`. */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type * as web from './index.js';
import { openPool, type Place, runOnce } from './pool.js';

export { WorkerError } from './errors.js';

const NODE: Place = {
  start: () => new Worker(new URL('./node-worker.js', import.meta.url), { name: 'gatewise', ...flags() }),
  processors: availableParallelism,
};

/** A worker has the flags of its process; of one whose code was given on the command line (`--input-type`) it could open no script. */
function flags(): { readonly execArgv?: string[] } {
  return process.execArgv.some((flag) => flag.startsWith('--input-type')) ? { execArgv: [] } : {};
}

export const createPool: typeof web.createPool = (source, options = {}) => openPool(source, options, NODE);

export const runMany: typeof web.runMany = (source, sequences, options = {}) =>
  runOnce(source, sequences, options, NODE);
