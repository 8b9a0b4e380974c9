// For a page, and a Web Worker that it starts: neither a bundler nor an import map is there.
import { load } from './node_modules/gatewise/dist/importers/load/index.js';
import { acceptsBuild, createModel } from './node_modules/gatewise/dist/index.js';
import questions from './questions.mjs';
import { conform } from './suite.mjs';

const answer = () => conform({ createModel, acceptsBuild, load, int8: {} }, questions);

/** What another thread says first. */
const reply = (port) =>
  new Promise((resolve, reject) => {
    port.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.answers));
    port.onerror = ({ message }) => reject(new Error(message));
  });

const inWorker = () => reply(new Worker('page.mjs', { type: 'module' }));

async function inWorklet() {
  const context = new OfflineAudioContext(1, 128, 48000);
  await context.audioWorklet.addModule('worklet.mjs');
  const integers = await (await fetch('node_modules/gatewise/dist/kernels/int8-simd.wasm')).arrayBuffer();
  return reply(new AudioWorkletNode(context, 'conform', { processorOptions: { questions, integers } }).port);
}

globalThis.page = { answer, inWorker, inWorklet, load };
if (typeof document === 'undefined') {
  answer().then(
    (answers) => postMessage({ answers }),
    (error) => postMessage({ error: `${error.stack}` }),
  );
}
