// A page with a pool of workers.
import { createPool } from 'gatewise/many';
import { answerMany } from './many-suite.mjs';

globalThis.page = {
  /** @param script the worker's, for a bundler that makes none. */
  many: (script) => answerMany(createPool, script && { worker: () => new Worker(script, { type: 'module' }) }),
};
