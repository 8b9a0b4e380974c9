import { RuntimeError } from '../errors.js';
import { describe, raise } from '../refuse.js';
import type { Kernels } from './abi.js';

/** `simd`: the same bits on every engine. `relaxed`: fused multiply-add where the processor has it, faster. */
export type Build = 'simd' | 'relaxed';

/** Where the kernels come from: compiled bytes, a compiled module (Workers must import it as one), or embedded. */
export type KernelSource = WebAssembly.Module | ArrayBuffer | ArrayBufferView<ArrayBuffer>;

export interface KernelOptions {
  /** Force a build. Default: `relaxed` where `WebAssembly.validate` accepts it, else `simd`. */
  readonly build?: Build;
  /** Kernels to use instead of the embedded ones. */
  readonly kernels?: KernelSource;
}

export interface LoadedModule {
  readonly module: WebAssembly.Module;
  readonly build: Build;
}

// i32.const 0, i8x16.splat
const SPLAT = [65, 0, 253, 15];
/** What the smallest function that needs a build does, which returns a v128: with `relaxed`, f32x4.relaxed_madd. */
const PROBES: Record<Build, readonly number[]> = { simd: SPLAT, relaxed: [...SPLAT, ...SPLAT, ...SPLAT, 253, 133, 2] };

/** A module of one type `() -> v128` and one function. */
const moduleOf = (code: readonly number[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
    ...[10, code.length + 4, 1, code.length + 2, 0, ...code, 11],
  );

/** Whether this runtime accepts the build; decided by validation, never by the runtime's name. */
export function acceptsBuild(build: Build): boolean {
  knownBuild(build);
  return WebAssembly.validate(moduleOf(PROBES[build]));
}

/**
 * Chooses and compiles the kernels. The embedded ones are compiled once per process and build.
 * @throws {RuntimeError} no WebAssembly SIMD here, or the forced build is not accepted, or the bytes are not kernels.
 */
export async function loadKernels(
  { build, kernels }: KernelOptions = {},
  family: KernelFamily = FLOATS,
): Promise<LoadedModule> {
  const { compiled } = family;
  if (kernels !== undefined) {
    try {
      return given(isModule(kernels) ? kernels : await WebAssembly.compile(kernels), build, family);
    } catch (cause) {
      throw cannotCompile(cause);
    }
  }
  const chosen = build === undefined ? (acceptsBuild('relaxed') ? 'relaxed' : 'simd') : build;
  requireBuild(chosen);
  compiled[chosen] ??= family.embedded(chosen).then((source) => WebAssembly.compile(decodeBase64(source.default)));
  try {
    return { module: await compiled[chosen], build: chosen };
  } catch (cause) {
    delete compiled[chosen];
    throw cannotCompile(cause);
  }
}

/** Like `loadKernels`, for kernels in hand and without waiting: AudioWorklets, synchronous start-up code. */
export function loadKernelsSync(
  { build, kernels }: KernelOptions & { readonly kernels: KernelSource },
  family: KernelFamily = FLOATS,
): LoadedModule {
  try {
    return given(isModule(kernels) ? kernels : new WebAssembly.Module(kernels), build, family);
  } catch (cause) {
    throw cannotCompile(cause);
  }
}

/** Instantiates kernels, which loading has proved to be Gatewise's, on a memory of at least one page. */
export function instantiate({ module }: LoadedModule, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}

/** Kernels of one kind, in both builds. */
export interface KernelFamily {
  /** A function that only they export. */
  readonly mark: string;
  /** Before `simd.wasm` and `relaxed.wasm`. */
  readonly prefix: string;
  /** The module that holds a build as base64. */
  embedded(build: Build): Promise<{ readonly default: string }>;
  /** What has been compiled of it. */
  readonly compiled: { [B in Build]?: Promise<WebAssembly.Module> };
}

const FLOATS: KernelFamily = {
  mark: 'gemm',
  prefix: '',
  embedded: (build) => (build === 'simd' ? import('./embedded/simd.js') : import('./embedded/relaxed.js')),
  compiled: {},
};

/** Also one of another realm. */
const isModule = (kernels: KernelSource): kernels is WebAssembly.Module =>
  Object.prototype.toString.call(kernels) === '[object WebAssembly.Module]';

/** A module carries its build as the constant global export `relaxed`, readable only from an instance. */
function given(module: WebAssembly.Module, build: Build | undefined, { mark, prefix }: KernelFamily): LoadedModule {
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === mark)) {
    const expected = `${prefix}simd.wasm or ${prefix}relaxed.wasm of this package`;
    raise(RuntimeError, 'kernels', 'not the Gatewise kernels', expected);
  }
  const probe = instantiate({ module, build: 'simd' }, new WebAssembly.Memory({ initial: 1 }));
  const actual: Build = probe.relaxed.value === 1 ? 'relaxed' : 'simd';
  if (build !== undefined) knownBuild(build);
  if (build !== undefined && build !== actual) {
    raise(RuntimeError, 'kernels', 'kernels of another build', build, actual);
  }
  return { module, build: actual };
}

function knownBuild(build: Build): void {
  if (typeof build !== 'string' || !Object.hasOwn(PROBES, build)) {
    raise(
      RuntimeError,
      'build',
      'unknown build',
      'simd or relaxed',
      typeof build === 'string' ? build : describe(build),
    );
  }
}

function requireBuild(build: Build): void {
  knownBuild(build);
  if (typeof WebAssembly === 'undefined' || !acceptsBuild('simd')) {
    throw new RuntimeError(
      'this runtime has no WebAssembly SIMD, which the kernels are made of (Node 16.4, Chrome 91, Firefox 89, Safari 16.4 or newer have it)',
    );
  }
  if (!acceptsBuild(build)) {
    raise(RuntimeError, 'build', 'this runtime does not accept relaxed SIMD', 'simd', build);
  }
}

function cannotCompile(cause: unknown): RuntimeError {
  if (cause instanceof RuntimeError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RuntimeError(
    `the kernels could not be compiled (${reason}); where compiling bytes is forbidden, pass a WebAssembly.Module as options.kernels`,
    { cause },
  );
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
