import { describe, expect, it } from 'vitest';
import { fromTfGraph } from '../../../src/importers/tfgraph/index.js';
import { createModel } from '../../../src/index.js';
import { largestDifference } from '../../support/bits.js';
import { builds } from '../../support/builds.js';
import { part } from '../../support/thorough.js';
import { casesOf, FLAVOURS, type Value } from './cases.js';

const given = (inputs: readonly Value[]) =>
  Object.fromEntries(inputs.map(({ name, dims, data }) => [name, { data: Float32Array.from(data), shape: dims }]));

/** Files that are refused, and why. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  // Steps that a mask leaves out.
  'keras3/masked': /\(While\): a loop that looks at a mask; expected one sequence, or the file that Keras saved/,
  'keras2/stateful':
    /: a variable that a run changes; expected variables that are only read, got \S+ \(AssignVariableOp\)$/,
  // Two cells in one loop.
  'frozen/dynamic_stacked': /\(Exit\): a loop that is no LSTM, GRU or simple RNN/,
};

/** The order of sums, over few units and timesteps; of larger numbers than 1, as part of the largest. */
const BOUND = 1e-6;

describe.each(FLAVOURS)('TensorFlow graphs, as TensorFlow computes them: %s', (flavour) => {
  const all = casesOf(flavour);
  const kept = all.filter(({ name }) => !(`${flavour}/${name}` in REFUSED));
  describe.each(builds)('%s', (build) => {
    it.each(part(kept, 2).map((one) => [one.name, one] as const))('%s', async (_, { model, files, runs }) => {
      const made = await createModel(fromTfGraph(model, { files, states: [] }), { build });
      for (const { inputs, outputs } of runs) {
        const results = made.runNamed(given(inputs));
        expect(made.outputs).toHaveLength(outputs.length);
        for (const { name, dims, data } of outputs) {
          expect(results[name]?.shape).toEqual(dims);
          const largest = data.reduce((most, n) => Math.max(most, Math.abs(n)), 1);
          expect(largestDifference(results[name]?.data as Float32Array, data)).toBeLessThanOrEqual(BOUND * largest);
        }
      }
    });
  });

  const refused = all.filter(({ name }) => `${flavour}/${name}` in REFUSED);
  if (refused.length > 0)
    it.each(refused.map((one) => [one.name, one] as const))('%s is refused', (name, { model, files }) => {
      expect(() => fromTfGraph(model, { files, states: [] })).toThrow(REFUSED[`${flavour}/${name}`]);
    });
});
