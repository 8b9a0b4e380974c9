/** Gatewise in one piece: all layers and the `simd` kernels (the same bits everywhere), nothing fetched. Workers, worklets, scripts that are one file. */

import { create, createNow, type ModelOptions } from './create.js';
import { allLayers } from './layers/all.js';
import type { Model } from './model.js';
import type { ModelSpec } from './spec.js';
import simd from './wasm/embedded/simd.js';

export * from './api.js';

const ALL = { kernels: { simd }, layers: allLayers };

/**
 * Makes a model ready to run: checks the description, packs the weights into WebAssembly memory.
 *
 * @throws {SpecError} the description contradicts itself.
 * @throws {RuntimeError} the kernels cannot run here.
 * @throws {MemoryLimitError} the weights do not fit under `memoryLimit`.
 */
export function createModel(spec: ModelSpec, options: ModelOptions = {}): Promise<Model> {
  return create(spec, options, ALL);
}

/** `createModel` without waiting: AudioWorklets, synchronous start-up code. */
export function createModelSync(spec: ModelSpec, options: ModelOptions = {}): Model {
  return createNow(spec, options, ALL);
}
