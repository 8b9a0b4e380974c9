// A Worker that runs a model at its first request: what `suites/worker.mjs` bundles for workerd.
import { createModelSync } from 'gatewise/core';
import kernels from 'gatewise/kernels/simd.wasm';
import { lstmSpec, randomLayers } from './lstm.mjs';
import { uniform } from './random.mjs';

const spec = lstmSpec(randomLayers([64, 64, 1]));
const x = uniform(7, 64, 1);
let stream;

export default {
  fetch() {
    stream ??= createModelSync(spec, { kernels }).createStream();
    return Response.json([...stream.step(x).subarray(0, 4)]);
  },
};
