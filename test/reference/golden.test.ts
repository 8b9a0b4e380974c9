import { describe, expect, it } from 'vitest';
import { FRAMEWORKS, type GoldenCase, goldenCase, goldenIds, type Kept } from '../golden/cases.js';
import { largestDifference } from '../support/bits.js';
import { type ReferenceResult, runReference } from './run.js';

/**
 * The frameworks compute in float32, the twin in float64. The difference is theirs: some 1e-7 a step,
 * forgotten as fast as the state is. Values far from 1 (exp, relu) are compared relative to their size.
 */
const TOLERANCE = 2e-6;

for (const framework of FRAMEWORKS) {
  describe(`the twin agrees with ${framework}`, () => {
    it.each(goldenIds(framework))('%s', (id) => {
      const golden = goldenCase(framework, id);
      const result = runReference(golden.spec, golden.inputs, golden);
      expect(Object.keys(result.outputs)).toEqual(golden.expected.map(({ name }) => name));
      for (const { where, kept, data, dims } of compared(golden, result)) {
        expect([...dims], where).toEqual([...kept.dims]);
        expect(kept.indices.length, where).toBeGreaterThan(0);
        expect(difference(kept, data), where).toBeLessThan(TOLERANCE);
      }
    });
  });
}

function* compared(golden: GoldenCase, result: ReferenceResult) {
  for (const kept of golden.expected) {
    const output = result.outputs[kept.name];
    if (!output) throw new RangeError(`expected an output ${kept.name}`);
    yield { where: `output ${kept.name}`, kept, ...output };
  }
  for (const kept of golden.expectedStates) {
    const data = result.states.find(({ layer }) => layer === kept.layer)?.[kept.part];
    if (!data) throw new RangeError(`expected a state ${kept.part} of ${kept.layer}`);
    const batch = kept.dims[0] as number;
    yield { where: `${kept.part} of ${kept.layer}`, kept, data, dims: [batch, data.length / batch] };
  }
}

/** |twin - framework|, relative where the framework's value is above 1. */
const difference = ({ indices, values }: Kept, data: Float64Array): number =>
  largestDifference(
    indices.map((index) => data[index] as number),
    values,
    { relative: true },
  );
