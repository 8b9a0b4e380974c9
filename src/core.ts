/**
 * Gatewise for those who bring the kernels (`gatewise/kernels/simd.wasm`): the common layers, nothing embedded, nothing fetched. The
 * smallest that a Worker can be bundled with.
 */

import { create, type ModelOptions, NOTHING } from './create.js';
import type { ModelSource } from './graph/own-spec.js';
import type { Model } from './model.js';
import type { KernelSource } from './wasm/module.js';

export * from './api.js';
export { createModelSync } from './create.js';

/**
 * Makes a model ready to run: checks the description, packs the weights into WebAssembly memory.
 *
 * @param source a spec, or the `{ spec, report }` that importers give.
 * @throws {SpecError} the description contradicts itself or is none, or has layers beyond the common ones and `layers` is not `allLayers`.
 * @throws {RuntimeError} the kernels cannot run here.
 * @throws {MemoryLimitError} the weights do not fit under `memoryLimit`.
 */
export function createModel(
  source: ModelSource,
  options: ModelOptions & { readonly kernels: KernelSource },
): Promise<Model> {
  return create(source, options, NOTHING);
}
