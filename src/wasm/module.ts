import { RuntimeError } from '../errors.js';
import { describe, raise } from '../refuse.js';
import type { Kernels } from './abi.js';
import type { WasmMemory, WasmModule } from './runtime-types.js';

/** `simd`: the same bits on every engine. `relaxed`: fused multiply-add where the processor has it, faster. */
export type Build = 'simd' | 'relaxed';

/** Where the kernels come from: compiled bytes, a compiled module (Workers must import it as one), or embedded. */
export type KernelSource = WasmModule | ArrayBuffer | ArrayBufferView<ArrayBuffer>;

export interface KernelOptions {
  /** Force a build. Default: `relaxed` where it is there and `WebAssembly.validate` accepts it, else `simd`. */
  readonly build?: Build;
  /** Kernels to use instead of the embedded ones. */
  readonly kernels?: KernelSource;
}

export type Bytes = Uint8Array<ArrayBuffer>;

/** What gives the kernels that an entry brings along; the build to be preferred first. */
export type Embedded<Now = Bytes | Promise<Bytes>> = { readonly [B in Build]?: () => Now };

export interface LoadedModule {
  readonly module: WasmModule;
  readonly build: Build;
}

/** Kernels of one kind, in both builds. */
export interface KernelFamily {
  /** A function that only they export. */
  readonly mark: string;
  /** Their files, in words. */
  readonly files: string;
  /** What was embedded, compiled. */
  readonly compiled: { [B in Build]?: WasmModule };
}

const FLOATS: KernelFamily = { mark: 'gemm', files: 'simd.wasm or relaxed.wasm of this package', compiled: {} };

// i32.const 0, i8x16.splat
const SPLAT = [65, 0, 253, 15];
/** What the smallest function that needs a build does, which returns a v128: with `relaxed`, f32x4.relaxed_madd. */
const PROBES: Record<Build, readonly number[]> = { simd: SPLAT, relaxed: [...SPLAT, ...SPLAT, ...SPLAT, 253, 133, 2] };

/** A module of one type `() -> v128` and one function. */
const moduleOf = (code: readonly number[]): Bytes =>
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
 * @throws {RuntimeError} no WebAssembly SIMD here, or the build is not accepted or not there, or the bytes are not kernels.
 */
export async function loadKernels(
  { build, kernels }: KernelOptions,
  embedded: Embedded,
  family: KernelFamily = FLOATS,
): Promise<LoadedModule> {
  const { compiled } = family;
  try {
    if (kernels !== undefined)
      return given(isModule(kernels) ? kernels : await WebAssembly.compile(bytesOf(kernels)), build, family);
    const chosen = choose(build, embedded);
    compiled[chosen] ??= await compile(await (embedded[chosen] as () => Bytes | Promise<Bytes>)());
    return { module: compiled[chosen], build: chosen };
  } catch (cause) {
    throw cannotCompile(cause);
  }
}

/** Like `loadKernels`, for kernels in memory and without waiting: AudioWorklets, synchronous start-up code. */
export function loadKernelsSync(
  { build, kernels }: KernelOptions,
  embedded: Embedded<Bytes>,
  family: KernelFamily = FLOATS,
): LoadedModule {
  const { compiled } = family;
  try {
    if (kernels !== undefined)
      return given(isModule(kernels) ? kernels : new WebAssembly.Module(bytesOf(kernels)), build, family);
    const chosen = choose(build, embedded);
    compiled[chosen] ??= new WebAssembly.Module((embedded[chosen] as () => Bytes)());
    return { module: compiled[chosen], build: chosen };
  } catch (cause) {
    throw cannotCompile(cause);
  }
}

/** Instantiates kernels, which loading has proved to be Gatewise's, on a memory of at least one page. */
export function instantiate({ module }: LoadedModule, memory: WasmMemory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}

/** Right away, which takes a fifth of the time that waiting for it does; older Chromium forbids that in pages. */
async function compile(bytes: Bytes): Promise<WebAssembly.Module> {
  try {
    return new WebAssembly.Module(bytes);
  } catch {
    return WebAssembly.compile(bytes);
  }
}

/** Also one of another realm. */
const isModule = (kernels: KernelSource): kernels is WasmModule =>
  Object.prototype.toString.call(kernels) === '[object WebAssembly.Module]';

/** @throws {RuntimeError} something that only leads to bytes: where they are, what will be them, what holds them. */
function bytesOf(
  kernels: Exclude<KernelSource, WebAssembly.Module> | undefined,
): ArrayBuffer | ArrayBufferView<ArrayBuffer> {
  if (
    kernels !== undefined &&
    (ArrayBuffer.isView(kernels) || /ArrayBuffer/.test(Object.prototype.toString.call(kernels)))
  )
    return kernels;
  return raise(
    RuntimeError,
    'kernels',
    'neither a module nor bytes',
    'a WebAssembly.Module, or the bytes of simd.wasm or relaxed.wasm: what a promise resolves to, await response.arrayBuffer(), await (await fetch(url)).arrayBuffer(), the default of an imported namespace',
    describe(kernels),
  );
}

/** A module carries its build as the constant global export `relaxed`, readable only from an instance. */
function given(module: WebAssembly.Module, build: Build | undefined, { mark, files }: KernelFamily): LoadedModule {
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === mark)) {
    raise(RuntimeError, 'kernels', 'not the Gatewise kernels', files);
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
  if (!Object.keys(PROBES).includes(build)) {
    raise(
      RuntimeError,
      'build',
      'unknown build',
      'simd or relaxed',
      typeof build === 'string' ? build : describe(build),
    );
  }
}

/** The build asked for, or the first one there that is accepted here. */
function choose(build: Build | undefined, embedded: Embedded): Build {
  const there = Object.keys(embedded) as Build[];
  if (build !== undefined) knownBuild(build);
  // The caller's, then, which are not there.
  if (there.length === 0) bytesOf(undefined);
  if (build !== undefined && !there.includes(build)) {
    raise(RuntimeError, 'build', 'not embedded here', `${there.join(' or ')}, or options.kernels`, build);
  }
  const without = typeof WebAssembly === 'undefined';
  const accepted = without ? [] : there.filter(acceptsBuild);
  const [best] = accepted;
  if (!best && (without || !acceptsBuild('simd'))) {
    throw new RuntimeError('this runtime has no WebAssembly SIMD (Chrome 91, Firefox 89, Safari 16.4 or newer)');
  }
  const chosen = build ?? best ?? 'relaxed';
  if (!accepted.includes(chosen)) {
    raise(RuntimeError, 'build', 'this runtime does not accept relaxed SIMD', 'simd', chosen);
  }
  return chosen;
}

function cannotCompile(cause: unknown): RuntimeError {
  if (cause instanceof RuntimeError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RuntimeError(
    `the kernels could not be compiled (${reason}); where compiling bytes is forbidden, pass a WebAssembly.Module as options.kernels`,
    { cause },
  );
}
