/** Gatewise in one piece: all layers and the `simd` kernels (the same bits everywhere), nothing fetched. Workers, worklets, scripts that are one file. */

import { create, createNow, type ModelOptions } from './create.js';
import type { ModelSource } from './graph/own-spec.js';
import { allLayers } from './layers/all.js';
import type { Model } from './model.js';
import simd from './wasm/embedded/simd.js';
import { fromText } from './wasm/text.js';

export * from './api.js';

const ALL = { kernels: { simd: () => fromText(simd) }, layers: allLayers };

/**
 * Makes a model ready to run: checks the description, packs the weights into WebAssembly memory.
 *
 * @param source a spec, or the `{ spec, report }` that importers give.
 * @throws {SpecError} the description contradicts itself, or is none: bytes are for `load` of `gatewise/load`.
 * @throws {RuntimeError} the kernels cannot run here.
 * @throws {MemoryLimitError} the weights do not fit under `memoryLimit`.
 */
export function createModel(source: ModelSource, options: ModelOptions = {}): Promise<Model> {
  return create(source, options, ALL);
}

/** `createModel` without waiting: AudioWorklets, synchronous start-up code. */
export function createModelSync(source: ModelSource, options: ModelOptions = {}): Model {
  return createNow(source, options, ALL);
}
