// The smallest Worker that runs a model.
import { createModelSync } from 'gatewise/core';
import kernels from 'gatewise/kernels/simd.wasm';

export default {
  async fetch(request) {
    const { spec, x } = await request.json();
    return Response.json([...createModelSync(spec, { kernels }).run(x)]);
  },
};
