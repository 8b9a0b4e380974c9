import { describe, expect, it } from 'vitest';
import { fromTflite, readTflite } from '../../../src/importers/tflite/index.js';
import { createModel } from '../../../src/index.js';
import { largestDifference } from '../../support/bits.js';
import { builds } from '../../support/builds.js';
import { bytesOf, type Case, cases, FLAVOURS, type Value } from './golden.js';

const given = (inputs: readonly Value[]) =>
  Object.fromEntries(inputs.map(({ name, dims, data }) => [name, { data: Float32Array.from(data), shape: dims }]));

/**
 * Float: the order of sums; float16 weights are what they are. dynamic: the same, since operands are rounded as LiteRT rounds them; within loops they are not, which
 * the account says: half a step of 1/127 for each of up to 34 terms. int8, integers: the very integers; floats that
 * are made of them to float32's rounding.
 */
const BOUNDS: Readonly<Record<Case['how'], number>> = {
  float: 1e-6,
  float16: 1e-6,
  dynamic: 1e-6,
  int8: 1e-6,
  integers: 0,
};
const NOT_ROUNDED = 0.01;

/** Quantised so finely that LiteRT's kernel leaves out the tanh of the cell's state, and gives what was in its memory. */
const REFUSED = ['conv_int8'];

describe.each(FLAVOURS)('TensorFlow Lite files, as LiteRT computes them: %s', (flavour) => {
  const kept = cases(flavour).filter(({ name }) => !REFUSED.includes(name));
  describe.each(builds)('%s', (build) => {
    it.each(kept.map((one) => [one.name, one] as const))('%s', async (_, { model, runs, how }) => {
      const { spec, report } = readTflite(bytesOf({ model }), { states: [] });
      const made = await createModel(spec, { build });
      const bound = report.notes.some((note) => note.includes('not done here')) ? NOT_ROUNDED : BOUNDS[how];
      for (const { inputs, outputs } of runs) {
        const results = made.runNamed(given(inputs));
        expect(made.outputs).toHaveLength(outputs.length);
        for (const { name, dims, data } of outputs) {
          expect(results[name]?.shape).toEqual(dims);
          expect(largestDifference(results[name]?.data as Float32Array, data)).toBeLessThanOrEqual(bound);
        }
      }
    });
  });
});

it.each([
  ['step', ['c_in', 'h_in']],
  ['step_gru', ['h_in']],
])('%s: state that a cell proves is kept inside a stream', async (name, wanted) => {
  const bytes = bytesOf(cases('keras3').find((one) => one.name === name) as Case);
  const [whole, open] = [fromTflite(bytes), fromTflite(bytes, { states: [] })];
  expect(whole.carries?.map(({ input }) => input).sort()).toEqual(wanted);
  const stream = (await createModel(whole)).createStream();
  const byHand = await createModel(open);
  let state: Record<string, Float32Array> = Object.fromEntries(wanted.map((input) => [input, new Float32Array(5)]));
  for (let t = 0; t < 4; t++) {
    const x = Float32Array.from({ length: 4 }, (_, i) => Math.sin(5 * t + i));
    const results = byHand.runNamed({ x: { data: x, shape: [1, 1, 4] }, ...state });
    expect(stream.step(x)).toEqual(results.Identity?.data);
    // Outputs are y, h and c.
    const made = ['Identity_1', 'Identity_2'].map((output) => results[output]?.data as Float32Array);
    state = Object.fromEntries(wanted.map((input) => [input, made[input === 'h_in' ? 0 : 1] as Float32Array]));
  }
});

it.each(REFUSED)('%s is refused', (name) => {
  const one = cases('keras2').find((given) => given.name === name) as Case;
  expect(() => fromTflite(bytesOf(one))).toThrow(/a cell state whose tanh TensorFlow Lite leaves out/);
});
