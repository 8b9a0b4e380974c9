/**
 * Gatewise: trained LSTM, GRU and simple RNN models in WebAssembly SIMD. This entry fetches the kernels and the less common layers when a
 * model needs them, by `import()`; those of `core.ts`, `simd.ts` and `relaxed.ts` do without.
 */

import { create, type ModelOptions, type Supply } from './create.js';
import type { ModelSource } from './graph/own-spec.js';
import type { Model } from './model.js';
import { ON_DEMAND } from './wasm/on-demand.js';

export * from './api.js';
export { createModelSync } from './create.js';

const FETCHED: Supply = {
  kernels: ON_DEMAND,
  layers: async (spec) => (await import('./layers/layers.js')).layers(spec),
  int8: async (build) => (await import('./layers/int8/index.js')).loadInt8({ build }),
};

/**
 * Makes a model ready to run: checks the description, packs the weights into WebAssembly memory.
 *
 * @param source a spec, or the `{ spec, report }` that importers give.
 * @throws {SpecError} the description contradicts itself, or is none: bytes are for `load` of `gatewise/load`.
 * @throws {RuntimeError} the kernels cannot run here.
 * @throws {MemoryLimitError} the weights do not fit under `memoryLimit`.
 */
export function createModel(source: ModelSource, options: ModelOptions = {}): Promise<Model> {
  return create(source, options, FETCHED);
}
