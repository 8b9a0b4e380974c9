import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ActivationSpec, createModel, type ModelSpec } from '../../src/index.js';
import { type ReferenceResult, runReference } from '../reference/run.js';
import { expectNear } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { type CellOptions, randomFloats, SpecBuilder } from '../support/random.js';

// What no framework covers: any option with any other, any activation in any gate.

const activation: fc.Arbitrary<ActivationSpec> = fc.oneof(
  fc.constantFrom<ActivationSpec>(
    'linear',
    'sigmoid',
    'tanh',
    'relu',
    'selu',
    'softsign',
    'softplus',
    'gelu',
    'gelu_tanh',
    'silu',
    'exp',
  ),
  fc.constantFrom<ActivationSpec>(
    { type: 'hard_sigmoid', alpha: 0.2, beta: 0.5 },
    { type: 'hard_sigmoid', alpha: 1 / 6, beta: 0.5 },
    { type: 'leaky_relu', alpha: 0.1 },
    { type: 'thresholded_relu', alpha: 0.3 },
    { type: 'elu', alpha: 0.7 },
    { type: 'affine', alpha: 0.6, beta: -0.1 },
    { type: 'scaled_tanh', alpha: 1.5, beta: 0.7 },
  ),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const size = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 16, 20, 31);
const bound = fc.constantFrom(0.2, 0.5, 1);

const shared = {
  bias: fc.boolean(),
  initial: fc.boolean(),
  clip: maybe(bound),
  goBackwards: fc.boolean(),
  returnSequences: fc.boolean(),
  zeroOutputForMask: fc.boolean(),
};
const lstm = fc.record({
  ...shared,
  peephole: fc.boolean(),
  coupled: fc.boolean(),
  cellClip: maybe(bound),
  projection: maybe(size),
  activations: maybe(
    fc.record({ i: activation, f: activation, g: activation, o: activation, output: activation }, { requiredKeys: [] }),
  ),
});
const gru = fc.record({
  ...shared,
  resetAfter: fc.boolean(),
  activations: maybe(fc.record({ r: activation, z: activation, n: activation }, { requiredKeys: [] })),
});
const rnn = fc.record({ ...shared, activation: maybe(activation) });
const cell = fc.oneof(
  lstm.map((options) => ({ type: 'lstm' as const, options })),
  gru.map((options) => ({ type: 'gru' as const, options })),
  rnn.map((options) => ({ type: 'rnn' as const, options })),
);

const scenario = fc.record({
  cell,
  bidirectional: maybe(fc.constantFrom('concat', 'sum', 'mul', 'ave', 'none')),
  features: size,
  units: size,
  batch: fc.constantFrom(1, 1, 2, 3, 5),
  time: fc.integer({ min: 1, max: 12 }),
  seed: fc.nat(1e6),
  masking: fc.constantFrom('none', 'mask', 'lengths'),
  state: fc.boolean(),
});

/** Drops keys that are undefined, and what the halves of a bidirectional layer cannot have. */
function clean(options: object, bidirectional: boolean): CellOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([key, value]) => value !== undefined && !(bidirectional && key === 'goBackwards')),
  );
}

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** The scenario's model and run, with weights up to `scale`. */
async function prepare(
  { cell: { type, options }, bidirectional, features, units, batch, seed, masking, state }: Scenario,
  build: (typeof builds)[number],
  time: number,
  scale: number,
) {
  const builder = new SpecBuilder(seed, scale);
  if (bidirectional)
    builder.bidirectional(type, 'a', 'x', features, units, bidirectional as 'concat', clean(options, true));
  else builder.recurrent(type, 'a', 'x', features, units, clean(options, false));
  const spec: ModelSpec = {
    ...builder.spec(features),
    ...(bidirectional === 'none' ? { outputs: ['a.f', 'a.b'] } : {}),
  };
  const data = randomFloats(batch * time * features, seed + 1, 2);
  const next = randomFloats(batch * time, seed + 2);
  const model = await createModel(spec, { build });
  const lengths = Array.from({ length: batch }, (_, b) => Math.abs(Math.floor((next[b] ?? 0) * 997)) % (time + 1));
  const run = {
    ...(masking === 'mask' ? { mask: next.map((n) => (n > -0.3 ? 1 : 0)) } : {}),
    ...(masking === 'lengths' ? { lengths } : {}),
    ...(state
      ? { initialState: model.trace({ data: randomFloats(batch * features, 9), shape: [batch, 1, features] }).layers }
      : {}),
  };
  const expected = runReference(spec, { x: { data, batch, time } }, run as Parameters<typeof runReference>[2]);
  return { model, run, expected, x: { data, shape: [batch, time, features] } };
}

type Twin = { readonly h: Float64Array; readonly c?: Float64Array };
const traced = ({ trace }: ReferenceResult): readonly Twin[] => trace as unknown as readonly Twin[];

/** Whether the twin's numbers stay below 1e3, and none of them is NaN. */
const isTame = (expected: ReferenceResult): boolean =>
  [...Object.values(expected.outputs).map(({ data }) => data), ...traced(expected).flatMap(({ h, c }) => [h, c ?? []])]
    .flatMap((data) => Array.from(data))
    .every((value) => Math.abs(value) < 1e3);

/**
 * Feedback that runs away (exp of exp) amplifies any rounding beyond comparison: such a scenario is taken with half the weights
 * and half the timesteps, and again, until there is something to compare.
 */
async function prepareTame(scenario: Scenario, build: (typeof builds)[number]) {
  for (let halved = 0; halved < 8; halved++) {
    const prepared = await prepare(scenario, build, Math.ceil(scenario.time / 2 ** halved), 0.5 / 2 ** halved);
    if (isTame(prepared.expected)) return prepared;
    prepared.model.dispose();
  }
  return expect.fail(`nothing to compare in ${JSON.stringify(scenario)}`);
}

describe.each(builds)('any combination of options agrees with the float64 twin, %s', (build) => {
  it('recurrent layers', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (scenario) => {
        const { model, run, expected, x } = await prepareTame(scenario, build);
        const got = model.runNamed({ x }, run);
        const trace = model.trace(x, run);
        const tolerance = isBounded(scenario.cell.options) ? 2e-6 : 5e-5;
        expect(Object.keys(got)).toEqual(Object.keys(expected.outputs));
        for (const [name, { data }] of Object.entries(got)) closeTo(data, expected.outputs[name]?.data, tolerance);
        const twins = traced(expected);
        expect(trace.layers.length).toBe(twins.length);
        for (const [index, { h, c }] of trace.layers.entries()) {
          closeTo(h, twins[index]?.h, tolerance);
          if (c) closeTo(c, twins[index]?.c, tolerance);
        }
        model.dispose();
      }),
      { numRuns: 400 },
    );
  });
});

const BOUNDED = new Set(['sigmoid', 'tanh', 'hard_sigmoid', 'softsign', 'scaled_tanh']);

/** Gates that stay within bounds forget an error; linear, relu or exp in the loop amplify it. */
function isBounded(options: object): boolean {
  const { activations = {}, activation = 'tanh' } = options as { activations?: object; activation?: ActivationSpec };
  return [...Object.values(activations), activation].every(
    (given) => given === undefined || BOUNDED.has(typeof given === 'string' ? given : given.type),
  );
}

/** Within `relative` of the size of the numbers. */
function closeTo(got: ArrayLike<number>, expected: ArrayLike<number> | undefined, relative: number): void {
  const largest = Math.max(1, ...Array.from(expected ?? [], Math.abs));
  expectNear(got, expected, relative * largest, '', {});
}
