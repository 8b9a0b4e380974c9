import { expect } from 'vitest';
import { createModel } from '../../src/index.js';
import { MANY_SPECS, type ManyAnswers, manySequences } from './many-suite.js';
import { fingerprint } from './suite.js';

/** Each sequence has the bits that it has alone, here. */
export async function expectMany(there: ManyAnswers): Promise<void> {
  for (const [name, spec] of Object.entries(MANY_SPECS)) {
    const model = await createModel(spec, { build: 'simd' });
    const bits = fingerprint();
    for (const x of manySequences()) bits.add(model.run(x));
    expect([name, there.bits[name]]).toEqual([name, bits.text()]);
  }
  expect(there.errors).toEqual(['InputError', 'AbortError', 'InputError', 'AbortError', 'SpecError']);
}
