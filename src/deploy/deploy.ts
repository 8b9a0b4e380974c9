import { readOptions } from '../call/options.js';
import { ModelEngine } from '../engine/engine.js';
import { UnsupportedError } from '../errors.js';
import { checkSpec } from '../graph/check-spec.js';
import { type ModelSource, ownSpec } from '../graph/own-spec.js';
import { allLayers } from '../layers/all.js';
import { supportOf } from '../layers/int8/support.js';
import type { Int8Support } from '../layers/layer.js';
import { badInput, describe, raise } from '../refuse.js';
import { INT8_ON_DEMAND, INTEGERS } from '../wasm/int8-kernels.js';
import { type Build, type Bytes, loadKernels } from '../wasm/module.js';
import { fromText } from '../wasm/text.js';
import { ALL_METHODS, METHODS, type Method, OF_STREAMS } from './compose.js';
import { withData } from './data-segment.js';
import { REACH } from './embedded/pieces.js';
import { codeFor, moduleText } from './module-text.js';
import type { Recipe } from './recipe.js';
import { snapshot } from './snapshot.js';
import { namedIn, onlyWith } from './stubs.js';
import { type Sums, sumOfBytes, sumOfImage, sumOfText, withoutImage } from './sums.js';
import { jsonOf } from './texts.js';
import { typesText } from './types-text.js';
import { INT8_PREFIX, merged } from './wasm-merge.js';

export interface DeployOptions {
  /** The kernels: `simd` (default), the same bits everywhere, or `relaxed`, faster where that is accepted, and only there. */
  readonly build?: Build;
  /**
   * Where the weights go: `module` (default), into the JavaScript; `split`, into a file beside it; `wasm`, with the kernels into one .wasm beside it, which
   * Workers import.
   */
  readonly weights?: 'module' | 'split' | 'wasm';
  /** The name of the files, without what comes after it. Default `model`. */
  readonly name?: string;
  /**
   * What models and streams can do: the code of the rest is left out. `reset` and `dispose` are always there. Default: all but what looks inside,
   * `trace`, `summary`, `graph` and `layers`, which give what they give of `createModel`'s.
   */
  readonly methods?: readonly Method[];
}

export interface Deployable {
  /** The JavaScript module, `<name>.mjs`. */
  readonly module: string;
  /** Its types, `<name>.d.mts`. */
  readonly types: string;
  /** What goes beside it. */
  readonly beside?: DeployedFile;
}

export interface DeployedFile {
  /** As the module calls it: `<name>.wasm` or `<name>.weights`. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const PLACES = ['module', 'split', 'wasm'] as const;

/**
 * Makes a module of one model: its kernels, its weights packed for them, and no more code than it needs. It exports `createModel` and
 * `createModelSync`, whose models give the bits of this package's, and states that are exchanged with them.
 *
 * @param source a spec, or the `{ spec, report }` that importers give.
 * @throws {SpecError} as `createModel`.
 * @throws {RuntimeError} the kernels cannot run here, where the weights are packed for them.
 * @throws {UnsupportedError} a number that JSON has not.
 * @throws {InputError} an option.
 */
export async function deploy(source: ModelSource, given: DeployOptions = {}): Promise<Deployable> {
  const { build, weights, name, methods } = readDeployOptions(given);
  const spec = ownSpec(source);
  const int8 = spec?.int8 === undefined ? undefined : await integersFor(build);
  const floats = int8 ? 'simd' : build;
  const all = fromText((await KERNELS[floats]()).default);
  const checked = { kinds: allLayers, graph: checkSpec(spec, allLayers, int8?.support.tensors(spec)) };
  const engine = new ModelEngine(spec, await loadKernels({ kernels: all }, {}), undefined, checked, int8?.support);
  const { recipe, image } = snapshot(engine, spec, int8?.support, methods);
  const text = jsonOf(recipe, (number) =>
    raise(UnsupportedError, 'model', 'a number that a built file cannot hold', 'finite ones', `${number}`),
  );
  const file = codeFor(recipe, weights, methods);
  const bytes = onlyWith(all, namedIn(file.text, REACH[floats]), REACH[floats]);
  const kernels = weights === 'wasm' ? wasmOf(bytes, int8?.bytes, recipe, image) : bytes;
  const modules =
    weights === 'wasm' ? [withoutImage(kernels, recipe.places)] : [kernels, ...(int8 ? [int8.bytes] : [])];
  const sums: Sums = {
    recipe: sumOfText(text),
    kernels: modules.map((module) => sumOfBytes(engine, module)),
    image: sumOfImage(engine, recipe.places, image),
  };
  const beside = {
    module: undefined,
    split: { name: `${name}.weights`, bytes: image },
    wasm: { name: `${name}.wasm`, bytes: kernels },
  }[weights];
  return {
    module: moduleText({ file, recipe, text, sums, image, kernels, int8: int8?.bytes, weights, beside: beside?.name }),
    types: typesText({ graph: engine.graph, obstacle: engine.obstacle, weights, methods }),
    ...(beside && { beside }),
  };
}

/** All that a .wasm has. */
function wasmOf(floats: Uint8Array, integers: Uint8Array | undefined, { places }: Recipe, image: Uint8Array): Bytes {
  const kernels = integers ? merged(floats, integers, INT8_PREFIX) : floats;
  return withData(kernels, 'weights', places, image);
}

function readDeployOptions(given: DeployOptions): Required<DeployOptions> {
  const options = readOptions(given, ['build', 'weights', 'name', 'methods'], 'deploy');
  const { build = 'simd', weights = 'module', name = 'model', methods = METHODS } = options;
  if (build !== 'simd' && build !== 'relaxed') badInput('build', 'no such kernels', 'simd or relaxed', describe(build));
  if (!PLACES.includes(weights)) badInput('weights', 'no such place', PLACES.join(', '), describe(weights));
  if (typeof name !== 'string' || !/^[^/\\]+$/.test(name))
    badInput('name', 'not the name of a file', 'one without folders', describe(name));
  const known: readonly unknown[] = ALL_METHODS;
  const unknown = Array.isArray(methods) ? methods.find((method) => !known.includes(method)) : methods;
  if (unknown !== undefined) badInput('methods', 'no such method', ALL_METHODS.join(', '), describe(unknown));
  const streams = OF_STREAMS.some((method) => methods.includes(method));
  return { build, weights, name, methods: streams ? [...methods, 'createStream'] : methods };
}

/** Not those of `wasm/on-demand.ts`: a module that `gatewise` shares with this one is a file more that pages fetch. */
const KERNELS = {
  relaxed: () => import('../wasm/embedded/relaxed.js'),
  simd: () => import('../wasm/embedded/simd.js'),
};

const bytesOf = async (fetch: (() => Bytes | Promise<Bytes>) | undefined): Promise<Bytes> => (await fetch?.()) as Bytes;

async function integersFor(build: Build): Promise<{ readonly bytes: Bytes; readonly support: Int8Support }> {
  const bytes = await bytesOf(INT8_ON_DEMAND[build]);
  return { bytes, support: supportOf(await loadKernels({ kernels: bytes }, {}, INTEGERS)) };
}
