import { readOptions } from '../../call/options.js';
import type { ModelEngine } from '../../engine/engine.js';
import { GatewiseError, ImportError } from '../../errors.js';
import type { Int8Support, LayerKinds } from '../../layers/layer.js';
import { Model } from '../../model.js';
import type { Bytes, KernelSource } from '../../wasm/module.js';
import type { WasmModule } from '../../wasm/runtime-types.js';
import { putImage, type Recipe } from '../recipe.js';
import { checkSpec } from '../replay/check-spec.js';
import { specOf } from '../replay/spec.js';
import { type Sums, sumOfBytes, sumOfImage, sumOfText, withoutImage } from '../sums.js';
import { bytesOf, compile, compileNow } from './load.js';

/** What a built file holds, or names. */
export interface Built {
  /** A `Recipe` as JSON. */
  readonly recipe: string;
  readonly sums: Sums;
  readonly kinds: LayerKinds;
  /** Kernels within the file. Such texts are base64, and values: in a function they would be read twice, with the file and when it is called. */
  readonly kernels?: string;
  /** The image within the file. */
  readonly weights?: string;
  /** Integer kernels within the file. */
  readonly int8?: {
    /** Not where they are in the .wasm. */
    readonly kernels?: string;
    support(module: WasmModule): Int8Support;
  };
  /** What makes bytes of these. */
  decode?(text: string): Bytes;
  /** The option by which a file beside this one is given, and what reads that. */
  readonly beside?: readonly [option: 'kernels' | 'weights', read: () => Promise<Bytes>];
}

export interface BuiltOptions {
  readonly memoryLimit?: number;
  /** The .wasm of this model. */
  readonly kernels?: KernelSource;
  /** The file of this model's weights. */
  readonly weights?: ArrayBuffer | ArrayBufferView<ArrayBuffer>;
}

/** `createModel` and `createModelSync` of a built file. */
export function open(built: Built) {
  const [name, read] = built.beside ?? [];
  const known = ['memoryLimit', ...(name ? [name] : [])];
  const kernels = ({ kernels = bytesIn(built, built.kernels) }: BuiltOptions): KernelSource => kernels as KernelSource;
  return {
    async createModel(given: BuiltOptions = {}): Promise<Model> {
      const own: { -readonly [K in keyof BuiltOptions]: BuiltOptions[K] } = readOptions(given, known, 'createModel');
      if (name && read) own[name] ??= await read();
      const source = kernels(own);
      return make(built, own, source, await compile(source));
    },
    createModelSync(given: BuiltOptions = {}): Model {
      const own = readOptions(given, known, 'createModelSync');
      const source = kernels(own);
      return make(built, own, source, compileNow(source));
    },
  };
}

const bytesIn = ({ decode }: Built, text: string | undefined): Bytes | undefined =>
  text === undefined ? undefined : decode?.(text);

/**
 * Takes the memory that the model had when it was built, by the same steps, and fills it with what was there.
 * @throws {ImportError} anything is not as it was built.
 */
function make(built: Built, options: BuiltOptions, source: KernelSource, module: WasmModule): Model {
  const { recipe: text, sums, kinds, int8 } = built;
  try {
    same('recipe', sumOfText(text), sums.recipe);
    const recipe = JSON.parse(text) as Recipe;
    const integers = bytesIn(built, int8?.kernels);
    const spec = specOf(recipe, (engine, { places, used }) => {
      const { arena, kernels } = engine as { arena: ModelEngine['arena']; kernels: ModelEngine['kernels'] & Filling };
      same('memory', arena.used, used);
      const floats = bytesOf(source);
      [floats && kernels.weights ? withoutImage(floats, places) : floats, integers].forEach((bytes, index) => {
        if (bytes) same('kernels', sumOfBytes(engine, bytes), sums.kernels[index]);
      });
      if (kernels.weights) kernels.weights();
      else {
        const image = bytesIn(built, built.weights) ?? bytesOf(options.weights) ?? missing();
        same('weights', image.length, putImage(arena.u8, places, image));
      }
      same('weights', sumOfImage(engine, places), sums.image);
    });
    const support = int8?.support(integers ? compileNow(integers) : module);
    const checked = { kinds, graph: checkSpec(spec, kinds) };
    return new Model(spec, { module, build: recipe.build }, options.memoryLimit, checked, support);
  } catch (cause) {
    if (cause instanceof GatewiseError) throw cause;
    return corrupted('file', { cause });
  }
}

/** Kernels that bring the weights along. */
interface Filling {
  /** Writes the image to its places. */
  weights?(): void;
}

function missing(): never {
  throw new ImportError('no weights', { where: 'weights', expected: 'bytes' });
}

function same(part: string, got: unknown, expected: unknown): void {
  if (got !== expected) corrupted(part, { expected: `${expected}`, got: `${got}` });
}

function corrupted(part: string, details: object): never {
  throw new ImportError('corrupted, or another build', { where: `built ${part}`, ...details });
}
