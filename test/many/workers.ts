import { Worker, type WorkerOptions } from 'node:worker_threads';

const built = new URL('../../dist/many/node-worker.js', import.meta.url);
const fragile = new URL('fragile-worker.mjs', import.meta.url);

/** Starts workers as they are built, and counts those that live. */
export function countedWorkers(script: 'built' | 'fragile' = 'built', options: WorkerOptions = {}) {
  const count = { started: 0, living: 0 };
  const worker = (): Worker => {
    const one = new Worker(script === 'built' ? built : fragile, { stderr: true, ...options });
    count.started++;
    count.living++;
    one.once('exit', () => count.living--);
    return one;
  };
  return { count, worker };
}
