import { readOptions } from './call/options.js';
import type { Checked } from './engine/engine.js';
import { InputError } from './errors.js';
import { checkSpec } from './graph/check-spec.js';
import { type ModelSource, ownSpec } from './graph/own-spec.js';
import { KINDS } from './layers/common.js';
import type { Int8Support, LayerKinds } from './layers/layer.js';
import { Model } from './model.js';
import { badInput, describe, reading } from './refuse.js';
import type { ModelSpec } from './spec.js';
import {
  type Build,
  type Bytes,
  type Embedded,
  type KernelOptions,
  type KernelSource,
  loadKernels,
  loadKernelsSync,
} from './wasm/module.js';

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
  /**
   * Integer kernels, for a spec with int8 weights: `loadInt8` or `loadInt8Sync` of `gatewise/int8`. Needed where code cannot be loaded
   * on demand. The float32 kernels of such a model are those of the `simd` build.
   */
  readonly int8?: Int8Support;
}

/** What an entry of the package brings along for those who give no kernels and no layers. */
export interface Supply {
  readonly kernels: Embedded;
  /** What fetches the further layers is asked only for models that have others than the common ones. */
  readonly layers: LayerKinds | ((spec: ModelSpec) => Promise<LayerKinds>);
  /** Fetches integer kernels; asked only for specs with int8 weights. */
  int8?(build: Build | undefined): Promise<Int8Support>;
}

/** The same where nothing can be waited for. */
export interface SupplyNow extends Supply {
  readonly kernels: Embedded<Bytes>;
  readonly layers: LayerKinds;
}

/** The createModel of an entry. */
export async function create(source: ModelSource, given: ModelOptions, supply: Supply): Promise<Model> {
  const { memoryLimit, layers, int8: integers, ...kernels } = readModelOptions(given, 'createModel');
  const own = ownSpec(source);
  const int8 = own?.int8 === undefined ? undefined : (integers ?? (await supply.int8?.(kernels.build)));
  const loaded = await loadKernels(int8 ? { ...kernels, build: 'simd' } : kernels, supply.kernels);
  return new Model(own, loaded, memoryLimit, await checked(own, layers ?? supply.layers, int8), int8);
}

/** The createModelSync of an entry, which can fetch nothing. */
export function createNow(source: ModelSource, given: ModelOptions, supply: SupplyNow): Model {
  const { memoryLimit, layers = supply.layers, int8, ...kernels } = readModelOptions(given, 'createModelSync');
  const own = ownSpec(source);
  const loaded = loadKernelsSync(
    own?.int8 !== undefined && int8 ? { ...kernels, build: 'simd' } : kernels,
    supply.kernels,
  );
  return new Model(own, loaded, memoryLimit, checkedBy(own, layers, int8), int8);
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

const checkedBy = (spec: ModelSpec, kinds: LayerKinds, int8: Int8Support | undefined): Checked => ({
  kinds,
  graph: checkSpec(spec, kinds, int8?.tensors(spec)),
});

/** By the common layers, or by all of them for a model that has others. */
async function checked(spec: ModelSpec, layers: Supply['layers'], int8: Int8Support | undefined): Promise<Checked> {
  let kinds = layers;
  if (typeof kinds === 'function') {
    try {
      return checkedBy(spec, KINDS, int8);
    } catch {
      kinds = await kinds(spec);
    }
  }
  return checkedBy(spec, kinds, int8);
}

function readModelOptions(given: ModelOptions = {}, where: string): ModelOptions {
  const options = readOptions(given, ['build', 'kernels', 'memoryLimit', 'layers', 'int8'], where);
  const { memoryLimit = 0, layers = {}, int8 } = options;
  if (typeof memoryLimit !== 'number') badInput('memoryLimit', 'not a number', 'bytes', describe(memoryLimit));
  if (typeof layers !== 'object' || layers === null) {
    badInput('layers', 'not a table of layers', 'allLayers', describe(layers));
  }
  if (int8 !== undefined && reading(InputError, 'int8', () => typeof int8?.tensors) !== 'function') {
    badInput('int8', 'no integer kernels', 'loadInt8()');
  }
  return options;
}
