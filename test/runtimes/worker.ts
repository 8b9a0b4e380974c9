// For Workers: compiling bytes is forbidden there, so the kernels are imported as a module, as users import them.

// @ts-expect-error: a WebAssembly module, which the runtime provides
import integers from 'int8-simd.wasm';
// @ts-expect-error: as above
import kernels from 'simd.wasm';
import { type File, openAll } from './importers.js';
import { smoke } from './smoke.js';

export default {
  async fetch(request: Request): Promise<Response> {
    const files = (await request.json()) as File[];
    return Response.json({ smoke: await smoke(kernels, integers), opened: await openAll(files, kernels) });
  },
};
