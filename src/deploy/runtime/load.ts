import { RuntimeError } from '../../errors.js';
import { describe, raise } from '../../refuse.js';
import type { KernelSource } from '../../wasm/module.js';
import type { WasmModule } from '../../wasm/runtime-types.js';

const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** The bytes of what may be bytes, of another realm too. */
export function bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
  }
  return kindOf(value) === 'ArrayBuffer' ? new Uint8Array(value as ArrayBuffer) : undefined;
}

/** @throws {RuntimeError} neither a module nor bytes of one, or one that cannot be compiled here. */
export function compileNow(source: KernelSource): WasmModule {
  if (kindOf(source) === 'WebAssembly.Module') return source as WasmModule;
  try {
    return new WebAssembly.Module(bytesIn(source));
  } catch (cause) {
    return cannotCompile(cause);
  }
}

/** The same, where pages forbid to compile without waiting too. */
export async function compile(source: KernelSource): Promise<WasmModule> {
  try {
    return compileNow(source);
  } catch {
    return WebAssembly.compile(bytesIn(source)).catch(cannotCompile);
  }
}

const bytesIn = (source: KernelSource): Uint8Array<ArrayBuffer> =>
  bytesOf(source) ??
  raise(RuntimeError, 'kernels', 'neither a module nor bytes', 'a WebAssembly.Module, or its bytes', describe(source));

function cannotCompile(cause: unknown): never {
  if (cause instanceof RuntimeError) throw cause;
  throw new RuntimeError(`the kernels could not be compiled (${(cause as Error).message})`, { cause });
}
