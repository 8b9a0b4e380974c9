// One start of one subject, in a process of its own: `node cold-process.mjs <subject> '[inputs, units, layers]' <weights>` prints the
// milliseconds from the import to the first result, and its first numbers. The weights are there before the clock starts: read, as they would
// be, from a file, since a process that has just drawn them goes on compiling that, and clears up after it, while the clock runs.
import { readFileSync } from 'node:fs';
import { lstmSpec } from './lstm.mjs';
import { unpacked } from './weights.mjs';

const [, , subject, size, weights] = process.argv;
const { layers, x } = unpacked(JSON.parse(size), new Uint8Array(readFileSync(weights)).buffer);
const spec = lstmSpec(layers);

const SUBJECTS = {
  empty: () => new Float32Array(layers.at(-1).units),
  plain: async () => {
    const { plainLstm } = await import('../plain-js/rows.mjs');
    return plainLstm(layers).step(x, new Float32Array(layers.at(-1).units));
  },
  gatewise: async () => {
    const { createModel } = await import('gatewise');
    return (await createModel(spec)).createStream().step(x);
  },
  simd: async () => {
    const { createModelSync } = await import('gatewise/simd');
    return createModelSync(spec).createStream().step(x);
  },
  core: async () => {
    const { createModelSync } = await import('gatewise/core');
    const kernels = readFileSync(new URL(import.meta.resolve('gatewise/kernels/simd.wasm')));
    return createModelSync(spec, { kernels }).createStream().step(x);
  },
};

const start = performance.now();
const y = await SUBJECTS[subject]();
console.log(JSON.stringify({ milliseconds: performance.now() - start, y: [...y.subarray(0, 4)] }));
