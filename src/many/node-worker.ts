/// <reference types="node" />
/** A worker of a pool in Node. A worker of one's own imports this, and nothing else is to be done. */

import { parentPort } from 'node:worker_threads';
import { createModel, type Model, type ModelSpec } from '../index.js';
import type { WorkerModelOptions } from './messages.js';
import { serve } from './serve.js';

/** How this worker makes its model: of kernels and layers that are loaded when it needs them. @throws as `createModel`. */
export const makeModel = (spec: ModelSpec, options: WorkerModelOptions): Promise<Model> => createModel(spec, options);

if (parentPort) {
  const port = parentPort;
  serve(
    { post: (reply, transfer) => port.postMessage(reply, transfer), listen: (hear) => port.on('message', hear) },
    makeModel,
  );
}
