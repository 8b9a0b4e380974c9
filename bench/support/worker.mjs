// A Worker that runs a model at its first request: what `suites/worker.mjs` bundles for workerd. The weights are there as bytes, as they
// would be in a Worker that is deployed.
import { createModelSync } from 'gatewise/core';
import kernels from 'gatewise/kernels/simd.wasm';
import weights from 'weights.bin';
import { lstmSpec } from './lstm.mjs';
import { unpacked } from './weights.mjs';

const { layers, x } = unpacked([64, 64, 1], weights);
let stream;

export default {
  fetch() {
    stream ??= createModelSync(lstmSpec(layers), { kernels }).createStream();
    return Response.json([...stream.step(x).subarray(0, 4)]);
  },
};
