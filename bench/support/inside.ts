// What benchmarks need of the layers below the public API; `run.mjs` bundles it for `kernels.mjs`.
export { ModelEngine } from '../../src/engine/engine.js';
export { checkSpec } from '../../src/graph/check-spec.js';
export { readNpy } from '../../src/importers/formats/npy.js';
export { allLayers } from '../../src/layers/all.js';
export { Stream } from '../../src/stream.js';
export { Arena } from '../../src/wasm/arena.js';
export { instantiate, loadKernels } from '../../src/wasm/module.js';
export { ON_DEMAND } from '../../src/wasm/on-demand.js';
export { packMatrix } from '../../src/wasm/pack.js';
