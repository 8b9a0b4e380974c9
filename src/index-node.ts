/// <reference types="node" />
/**
 * `gatewise` in Node and Bun: what `index.ts` is, but with the kernels in it, as a text that Node decodes by itself. Importing and decoding the one that every
 * engine can read takes Node as long as all the rest of the engine, and a file beside this one half a millisecond, most of it to learn where this one is.
 */

import { create, type ModelOptions, type Supply } from './create.js';
import type { ModelSource } from './graph/own-spec.js';
import type { Model } from './model.js';
import { relaxed, simd } from './wasm/embedded/base64.js';

export * from './api.js';
export { createModelSync } from './create.js';

const decoded = (text: string) => () => Buffer.from(text, 'base64');

const EMBEDDED: Supply = {
  kernels: {
    relaxed: decoded(relaxed),
    simd: decoded(simd),
  },
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
  return create(source, options, EMBEDDED);
}
