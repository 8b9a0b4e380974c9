import int8Relaxed from '../../wasm/embedded/int8-relaxed.js';
import int8Simd from '../../wasm/embedded/int8-simd.js';
import { INTEGERS } from '../../wasm/int8-kernels.js';
import { type Build, loadKernelsSync } from '../../wasm/module.js';
import { fromText } from '../../wasm/text.js';
import type { Int8Support } from '../layer.js';
import { supportOf } from './support.js';

/** Integer kernels, brought along: for scripts in which nothing is fetched. @throws {RuntimeError} they cannot run here. */
export const embeddedInt8 = (build: Build | undefined): Int8Support =>
  supportOf(
    loadKernelsSync(
      build === undefined ? {} : { build },
      { relaxed: () => fromText(int8Relaxed), simd: () => fromText(int8Simd) },
      INTEGERS,
    ),
  );
