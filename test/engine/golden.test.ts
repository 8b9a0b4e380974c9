import { describe, expect, it } from 'vitest';
import { type Build, createModel, type Model, type Tensor } from '../../src/index.js';
import type { Framework } from '../golden/case.js';
import { FRAMEWORKS, type GoldenCase, goldenCase, goldenIds, type Kept } from '../golden/cases.js';
import { runReference } from '../reference/run.js';
import { expectSameBits, largestDifference } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { part } from '../support/thorough.js';

/** Frameworks compute in float32 with sums of their own order, for weights of trained scale. */
const FRAMEWORK_TOLERANCE = 1e-5;
/**
 * Of the float64 twin, from ours and from the frameworks': float32 sums and activations good to some 1e-7, over up to 128 steps, forgotten as
 * fast as the state is.
 */
const TWIN_TOLERANCE = 2e-6;

/** Each case; of those that are there for their size, which take the twin longest, a part. */
function idsOf(framework: Framework): readonly string[] {
  const large = part(
    goldenIds(framework).filter((id) => LARGE.test(id)),
    3,
  );
  return goldenIds(framework).filter((id) => !LARGE.test(id) || large.includes(id));
}
const LARGE = /(^|-)(size|long)-/;

interface Results {
  readonly outputs: Readonly<Record<string, ArrayLike<number>>>;
  readonly states: Readonly<Record<string, ArrayLike<number>>>;
}

for (const build of builds) {
  for (const framework of FRAMEWORKS) {
    describe(`${build} agrees with ${framework} and the float64 twin`, () => {
      it.each(idsOf(framework))('%s', async (id) => {
        const golden = goldenCase(framework, id);
        const ours = await runEngine(golden, build);
        const { outputs, states } = runReference(golden.spec, golden.inputs, golden);
        expect(Object.keys(outputs)).toEqual(golden.expected.map(({ name }) => name));
        for (const { name, ...kept } of golden.expected) {
          expect(kept.indices.length).toBeGreaterThan(0);
          expect([...(outputs[name]?.dims ?? [])]).toEqual([...kept.dims]);
          expect(keptDifference(kept, outputs[name]?.data)).toBeLessThan(TWIN_TOLERANCE);
          expect(keptDifference(kept, ours.outputs[name])).toBeLessThan(FRAMEWORK_TOLERANCE);
          expect(difference(ours.outputs[name], outputs[name]?.data)).toBeLessThan(TWIN_TOLERANCE);
        }
        for (const { layer, part: name, ...kept } of golden.expectedStates) {
          const state = states.find((one) => one.layer === layer)?.[name];
          expect(state?.length).toBe(kept.dims.reduce((product, n) => product * n, 1));
          expect(keptDifference(kept, state)).toBeLessThan(TWIN_TOLERANCE);
          expect(keptDifference(kept, ours.states[`${layer} ${name}`])).toBeLessThan(FRAMEWORK_TOLERANCE);
        }
        for (const { layer, h, c } of states) {
          expect(difference(ours.states[`${layer} h`], h)).toBeLessThan(TWIN_TOLERANCE);
          if (c) expect(difference(ours.states[`${layer} c`], c)).toBeLessThan(TWIN_TOLERANCE);
        }
      });
    });
  }
}

/** Outputs by run and, the same bits, by trace; states as the trace leaves them after the last timestep walked. */
async function runEngine(golden: GoldenCase, build: Build): Promise<Results> {
  const model = await createModel(golden.spec, { build });
  const { mask, lengths, initialState } = golden;
  const options = { ...(mask && { mask }), ...(lengths && { lengths }), ...(initialState && { initialState }) };
  const outputs = model.runNamed(golden.inputs, options);
  const trace = model.trace(golden.inputs, options);
  expect(Object.keys(trace.outputs)).toEqual(Object.keys(outputs));
  for (const [name, { data, ...value }] of Object.entries(outputs)) {
    const { data: traced = [], ...other } = trace.outputs[name] ?? {};
    expectSameBits(traced, data);
    expect(other).toEqual(value);
  }
  const states: Record<string, Float32Array> = {};
  for (const { layer, h, c } of trace.layers) {
    states[`${layer} h`] = finalRows(golden, layer, h);
    if (c) states[`${layer} c`] = finalRows(golden, layer, c);
  }
  if (isStreamable(model)) checkStreamEnds(model, golden, options, states);
  model.dispose();
  return { outputs: Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data])), states };
}

function finalRows({ spec, inputs }: GoldenCase, layer: string, data: Float32Array): Float32Array {
  const { batch, time = 1 } = Object.values(inputs).find((input) => input.time !== undefined) ?? { batch: 1 };
  const node = spec.nodes.find(({ name }) => name === layer);
  const backwards = layer.endsWith('.backward') || (node !== undefined && 'goBackwards' in node && node.goBackwards);
  const width = data.length / (batch * time);
  const out = new Float32Array(batch * width);
  for (let b = 0; b < batch; b++) {
    const row = b * time + (backwards ? 0 : time - 1);
    out.set(data.subarray(row * width, (row + 1) * width), b * width);
  }
  return out;
}

function isStreamable(model: Model): boolean {
  try {
    model.createStream().dispose();
    return true;
  } catch {
    return false;
  }
}

/** A stream over the whole sequence must end in the state that the trace shows. */
function checkStreamEnds(
  model: Model,
  { inputs, initialState }: GoldenCase,
  { mask, lengths }: { mask?: Uint8Array; lengths?: readonly number[] },
  expected: Readonly<Record<string, Float32Array>>,
): void {
  const stream = model.createStream({ batch: Object.values(inputs)[0]?.batch ?? 1 });
  if (initialState) stream.setState(initialState);
  stream.runNamed(inputs as Record<string, Tensor>, { ...(mask && { mask }), ...(lengths && { lengths }) });
  for (const { layer, h, c } of stream.getState()) {
    expectSameBits(h, expected[`${layer} h`] ?? []);
    if (c) expectSameBits(c, expected[`${layer} c`] ?? []);
  }
}

/** Relative where the expected number is above 1. */
const difference = (got: ArrayLike<number> | undefined, expected: ArrayLike<number> | undefined): number =>
  largestDifference(got, expected, { relative: true });

const keptDifference = ({ indices, values }: Kept, got: ArrayLike<number> | undefined): number =>
  difference(
    indices.map((index) => got?.[index] ?? Number.NaN),
    values,
  );
