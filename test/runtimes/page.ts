// For a page, and for a Web Worker that it starts.
import { load } from '../../src/importers/load/index.js';
import type { ModelSpec } from '../../src/index.js';
import { type File, openAll } from './importers.js';
import { smoke } from './smoke.js';

const answer = async (files: readonly File[]) => ({ smoke: await smoke(), opened: await openAll(files) });

function inWorker(files: readonly File[]): ReturnType<typeof answer> {
  const worker = new Worker('page.mjs', { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(files);
  });
}

/** What an AudioWorklet makes of mono samples. */
async function inWorklet(spec: ModelSpec, samples: Float32Array<ArrayBuffer>): Promise<Float32Array> {
  const sampleRate = 44100;
  const context = new OfflineAudioContext(1, samples.length, sampleRate);
  await context.audioWorklet.addModule('worklet.mjs');
  const kernels = await (await fetch('simd.wasm')).arrayBuffer();
  const effect = new AudioWorkletNode(context, 'effect', { processorOptions: { spec, kernels } });
  const buffer = new AudioBuffer({ length: samples.length, sampleRate });
  buffer.copyToChannel(samples, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(effect).connect(context.destination);
  source.start();
  const failed = new Promise<never>((_, reject) => {
    effect.onprocessorerror = (event) => reject(new Error((event as ErrorEvent).message));
  });
  return (await Promise.race([context.startRendering(), failed])).getChannelData(0);
}

const formatOf = async (base64: string): Promise<string> =>
  (await load(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)))).report.format;

export const page = { answer, inWorker, inWorklet, formatOf };
Object.assign(globalThis, { page });
if (typeof document === 'undefined') {
  addEventListener('message', async ({ data }) => postMessage(await answer(data)));
}
