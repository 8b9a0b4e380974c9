import { acceptsBuild, createModel, type KernelSource } from '../../src/index.js';
import { loadInt8Sync } from '../../src/layers/int8/index.js';
import { int8Hash } from '../support/int8-stacks.js';
import { randomFloats, stack } from '../support/random.js';
import { simdHash } from '../support/stacks.js';

/**
 * What every runtime must show: the kernels load, give the committed bits, and both builds agree.
 * @param kernels the `simd` build, where compiling bytes is forbidden.
 * @param integers that of the integer kernels.
 */
export async function smoke(kernels?: KernelSource, integers?: KernelSource) {
  const simdOptions = { build: 'simd', ...(kernels && { kernels }) } as const;
  const spec = stack('lstm', 5, 31, 2);
  const x = randomFloats(5 * 20, 1);
  const [simd, best] = [await createModel(spec, simdOptions), await createModel(spec, kernels ? { kernels } : {})];
  const [a, b] = [simd.run(x), best.run(x)];
  const difference = a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] as number))), 0);
  const given = kernels && integers && { kernels, int8: loadInt8Sync({ kernels: integers }) };
  return {
    hash: await simdHash(kernels),
    // By the best build there is, here too.
    int8: await int8Hash(given ?? {}),
    build: best.build,
    relaxed: acceptsBuild('relaxed'),
    difference,
  };
}
