// A Worker that runs a model at its first request: what `suites/worker.mjs` bundles for workerd. The weights are there as bytes, as they
// would be in a Worker that is deployed.
import { createModelSync } from 'gatewise/core';
import kernels from 'gatewise/kernels/simd.wasm';
import weights from 'weights.bin';
import { lstmSpec } from './lstm.mjs';

const [inputs, units] = [64, 64];
const take = (offset, length) => new Float32Array(weights, offset * 4, length);
const gates = 4 * units;
const layer = {
  inputs,
  units,
  weightIh: take(0, gates * inputs),
  weightHh: take(gates * inputs, gates * units),
  bias: take(gates * (inputs + units), gates),
};
const x = take(gates * (inputs + units + 1), inputs);
let stream;

export default {
  fetch() {
    stream ??= createModelSync(lstmSpec([layer]), { kernels }).createStream();
    return Response.json([...stream.step(x).subarray(0, 4)]);
  },
};
