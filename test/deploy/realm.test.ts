import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { deploy } from '../../src/deploy/index.js';
import { createModel } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, stack } from '../support/random.js';

it('a built file needs what the language has and WebAssembly, not even atob: less than any worklet', async () => {
  for (const units of [4, 5, 6]) {
    const spec = stack('gru', 3, units);
    const { module } = await deploy(spec);
    // The module as a script, whose last value is what it exports.
    const script = `${module.replace(/^export .*\n/, '')}createModelSync`;
    const createModelSync = runInNewContext(script, { WebAssembly });
    const x = randomFloats(12, units);
    const model = await createModel(spec, { build: 'simd' });
    expectSameBits(createModelSync().run(x), model.run(x));
    model.dispose();
    // All values of what decodes the weights.
    expect(module).toMatch(/weights: "[A-Za-z0-9+/]+={0,2}"/);
  }
});
