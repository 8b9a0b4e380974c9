// Bundled and run in other runtimes: the embedded kernels load, and give the committed bits.
import { acceptsBuild, createModel } from '../../src/index.js';
import { randomFloats, stack } from '../support/random.js';
import { simdHash } from '../support/stacks.js';

const spec = stack('lstm', 5, 31, 2);
const x = randomFloats(5 * 20, 1);
const [simd, best] = [await createModel(spec, { build: 'simd' }), await createModel(spec)];
const [a, b] = [simd.run(x), best.run(x)];
const difference = a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] as number))), 0);
console.log(
  JSON.stringify({ hash: await simdHash(), build: best.build, relaxed: acceptsBuild('relaxed'), difference }),
);
