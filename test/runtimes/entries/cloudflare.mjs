// For Workers: compiling bytes is forbidden there, so the kernels are imported as a module.
import { acceptsBuild, createModelSync } from 'gatewise/core';
import { loadInt8Sync } from 'gatewise/int8';
import integers from 'gatewise/kernels/int8-simd.wasm';
import kernels from 'gatewise/kernels/simd.wasm';
import { allLayers } from 'gatewise/layers';
import { load } from 'gatewise/load';
import { conform } from './suite.mjs';

const createModel = (spec, options) => createModelSync(spec, { ...options, layers: allLayers });

export default {
  async fetch(request) {
    const given = { createModel, acceptsBuild, load, kernels, int8: { int8: loadInt8Sync({ kernels: integers }) } };
    return Response.json(await conform(given, await request.json()));
  },
};
