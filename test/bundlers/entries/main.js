// A page, and a Web Worker that it starts, as every bundler's manual has it.
import { acceptsBuild, createModel } from 'gatewise';
import { load } from 'gatewise/load';
import { conform } from './suite.mjs';

const asked = fetch('/questions.json').then((response) => response.json());

globalThis.page = {
  guide: async () => (await import('./guide.js')).run(),
  readme: async () => (await import('./readme.js')).run(),
  answer: async () => conform({ createModel, acceptsBuild, load, int8: {} }, await asked),
  inWorker: async () => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.postMessage(await asked);
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.answers));
      worker.onerror = ({ message }) => reject(new Error(message));
    });
  },
};
