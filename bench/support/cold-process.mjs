// One start of one subject, in a process of its own: `node cold-process.mjs <subject> '[inputs, units, layers]'` prints the milliseconds
// from the import to the first result, and its first numbers. The weights are there before the clock starts.
import { lstmSpec, randomLayers } from './lstm.mjs';
import { uniform } from './random.mjs';

const [, , subject, size] = process.argv;
const layers = randomLayers(JSON.parse(size));
const spec = lstmSpec(layers);
const x = uniform(7, layers[0].inputs, 1);

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
    const { readFileSync } = await import('node:fs');
    const kernels = readFileSync(new URL(import.meta.resolve('gatewise/kernels/simd.wasm')));
    return createModelSync(spec, { kernels }).createStream().step(x);
  },
};

const start = performance.now();
const y = await SUBJECTS[subject]();
console.log(JSON.stringify({ milliseconds: performance.now() - start, y: [...y.subarray(0, 4)] }));
