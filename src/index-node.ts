/// <reference types="node" />
/**
 * `gatewise` in Node and Bun: what `index.ts` is, but reads the kernels from their files, since importing and decoding their text takes
 * Node as long as all the rest of the engine.
 */

import { create, type ModelOptions, type Supply } from './create.js';
import type { ModelSource } from './graph/own-spec.js';
import type { Model } from './model.js';
import { relaxed, simd } from './wasm/embedded/names.js';
import type { Bytes } from './wasm/module.js';
import { fromText } from './wasm/text.js';

export * from './api.js';
export { createModelSync } from './create.js';

/**
 * The text where there is no such file, as in a bundle, which is one file elsewhere, and before Node 20.16. An `import` of node:fs would load
 * all streams of Node with it.
 */
const beside = (name: string, text: () => Promise<string>) => (): Bytes | Promise<Bytes> => {
  try {
    return process.getBuiltinModule('node:fs').readFileSync(new URL(`chunks/${name}`, HERE));
  } catch {
    return text().then(fromText);
  }
};

// By a name of its own: next to `new URL` bundlers would take it for a file to be put into the bundle.
const HERE = import.meta.url;

const FILES: Supply = {
  kernels: {
    relaxed: beside(relaxed, async () => (await import('./wasm/embedded/relaxed.js')).default),
    simd: beside(simd, async () => (await import('./wasm/embedded/simd.js')).default),
  },
  layers: async (spec) => (await import('./layers/on-demand.js')).layersFor(spec),
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
  return create(source, options, FILES);
}
