import { readOptions } from './call/options.js';
import { checkSpec } from './graph/check-spec.js';
import { type ModelSource, ownSpec } from './graph/own-spec.js';
import { KINDS } from './layers/common.js';
import type { LayerKinds } from './layers/layer.js';
import { Model } from './model.js';
import { badInput, describe } from './refuse.js';
import type { ModelSpec } from './spec.js';
import { type Embedded, type KernelOptions, type KernelSource, loadKernels, loadKernelsSync } from './wasm/module.js';

export interface ModelOptions extends KernelOptions {
  /**
   * Most bytes of WebAssembly memory the model and its streams may take. Default: 4 GiB. The results of one run may be as large, and
   * 64 MiB in any case; more than that needs an `out` of the caller's.
   */
  readonly memoryLimit?: number;
  /**
   * The types of layers there are: `allLayers` of `gatewise/layers`. Needed where code cannot be loaded on demand: in
   * `createModelSync`, AudioWorklets, service workers, for models with convolutions and the like.
   */
  readonly layers?: LayerKinds;
}

/** What an entry of the package brings along for those who give no kernels and no layers. */
export interface Supply {
  readonly kernels: Embedded;
  /** What fetches the further layers is asked only for models that have others than the common ones. */
  readonly layers: LayerKinds | (() => Promise<LayerKinds>);
}

/** The createModel of an entry. */
export async function create(source: ModelSource, given: ModelOptions, supply: Supply): Promise<Model> {
  const { memoryLimit, layers, ...kernels } = readModelOptions(given, 'createModel');
  const own = ownSpec(source);
  const loaded = await loadKernels(kernels, supply.kernels);
  return new Model(own, loaded, memoryLimit, layers ?? (await kindsFor(own, supply.layers)));
}

/** The createModelSync of an entry, which can fetch nothing. */
export function createNow(source: ModelSource, given: ModelOptions, supply: Supply & { layers: LayerKinds }): Model {
  const { memoryLimit, layers = supply.layers, ...kernels } = readModelOptions(given, 'createModelSync');
  return new Model(ownSpec(source), loadKernelsSync(kernels, supply.kernels), memoryLimit, layers);
}

/** Nothing embedded, nothing fetched. */
export const NOTHING = { kernels: {}, layers: KINDS };

/**
 * `createModel` without waiting, for kernels in hand: AudioWorklets, synchronous start-up code.
 * @throws {RuntimeError} no kernels, or what is none; the message says how one comes to them.
 */
export function createModelSync(
  source: ModelSource,
  options: ModelOptions & { readonly kernels: KernelSource },
): Model {
  return createNow(source, options, NOTHING);
}

/** The common layers, or all of them for a model that has others. */
async function kindsFor(spec: ModelSpec, layers: Supply['layers']): Promise<LayerKinds> {
  if (typeof layers !== 'function') return layers;
  try {
    checkSpec(spec, KINDS);
    return KINDS;
  } catch {
    return layers();
  }
}

function readModelOptions(given: ModelOptions = {}, where: string): ModelOptions {
  const options = readOptions(given, ['build', 'kernels', 'memoryLimit', 'layers'], where);
  const { memoryLimit = 0, layers = {} } = options;
  if (typeof memoryLimit !== 'number') badInput('memoryLimit', 'not a number', 'bytes', describe(memoryLimit));
  if (typeof layers !== 'object' || layers === null) {
    badInput('layers', 'not a table of layers', 'allLayers', describe(layers));
  }
  return options;
}
