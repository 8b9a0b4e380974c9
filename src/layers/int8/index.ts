/** Integer kernels: what a spec with int8 weights needs where code cannot be loaded on demand. `createModel` loads them by itself. */
export { blockTerms, INT8_FIELDS } from '../../graph/int8.js';

import { INT8_ON_DEMAND, INTEGERS } from '../../wasm/int8-kernels.js';
import { type Build, type KernelSource, loadKernels, loadKernelsSync } from '../../wasm/module.js';
import type { Int8Support } from '../layer.js';
import { supportOf } from './support.js';

export interface Int8Options {
  /** Force a build. Default: `relaxed` where `WebAssembly.validate` accepts it, else `simd`. Both give the same bits. */
  readonly build?: Build | undefined;
  /** Integer kernels to use instead of the embedded ones: `gatewise/kernels/int8-simd.wasm` or `int8-relaxed.wasm`. */
  readonly kernels?: KernelSource;
}

/**
 * Loads the integer kernels, for `createModel`'s option `int8`.
 * @throws {RuntimeError} they cannot run here, or the bytes are not these kernels.
 */
export const loadInt8 = async ({ build, ...options }: Int8Options = {}): Promise<Int8Support> =>
  supportOf(await loadKernels(build === undefined ? options : { ...options, build }, INT8_ON_DEMAND, INTEGERS));

/** `loadInt8` without waiting, for kernels in hand, and `createModelSync`. */
export const loadInt8Sync = ({ build, ...options }: Int8Options & { readonly kernels: KernelSource }): Int8Support =>
  supportOf(loadKernelsSync(build === undefined ? options : { ...options, build }, {}, INTEGERS));
