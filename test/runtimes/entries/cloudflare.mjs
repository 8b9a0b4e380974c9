// For Workers: compiling bytes is forbidden there, so the kernels are imported as a module.
import { acceptsBuild, createModelSync } from 'gatewise/core';
import kernels from 'gatewise/kernels/simd.wasm';
import { allLayers } from 'gatewise/layers';
import { load } from 'gatewise/load';
import { conform } from './suite.mjs';

const createModel = (spec, options) => createModelSync(spec, { ...options, layers: allLayers });

export default {
  async fetch(request) {
    return Response.json(await conform({ createModel, acceptsBuild, load, kernels }, await request.json()));
  },
};
