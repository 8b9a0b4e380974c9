import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ActivationSpec, createModel, type ModelSpec } from '../../src/index.js';
import { runReference } from '../reference/run.js';
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

describe.each(builds)('any combination of options agrees with the float64 twin, %s', (build) => {
  it('recurrent layers', async () => {
    await fc.assert(
      fc.asyncProperty(
        scenario,
        async ({ cell: { type, options }, bidirectional, features, units, batch, time, seed, masking, state }) => {
          const builder = new SpecBuilder(seed);
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
          const run = {
            ...(masking === 'mask' ? { mask: next.map((n) => (n > -0.3 ? 1 : 0)) } : {}),
            ...(masking === 'lengths'
              ? {
                  lengths: Array.from(
                    { length: batch },
                    (_, b) => Math.abs(Math.floor((next[b] ?? 0) * 997)) % (time + 1),
                  ),
                }
              : {}),
            ...(state
              ? {
                  initialState: model.trace({ data: randomFloats(batch * features, 9), shape: [batch, 1, features] })
                    .layers,
                }
              : {}),
          };
          const expected = runReference(spec, { x: { data, batch, time } }, run as Parameters<typeof runReference>[2]);
          const got = model.runNamed({ x: { data, shape: [batch, time, features] } }, run);
          const trace = model.trace({ data, shape: [batch, time, features] }, run);
          const tolerance = isBounded(options) ? 2e-6 : 5e-5;
          for (const [name, { data: values }] of Object.entries(got))
            closeTo(values, expected.outputs[name]?.data, tolerance);
          for (const [index, layer] of trace.layers.entries()) {
            const twin = expected.trace[index] as unknown as {
              h: Float64Array;
              c?: Float64Array;
              gates: Record<string, Float64Array>;
            };
            closeTo(layer.h, twin.h, tolerance);
            if (layer.c) closeTo(layer.c, twin.c, tolerance);
          }
          model.dispose();
        },
      ),
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
  expect(got.length).toBe(expected?.length);
  let largest = 0;
  for (let i = 0; i < got.length; i++) largest = Math.max(largest, Math.abs(expected?.[i] ?? 0));
  if (!(largest < 1e3)) return; // Runaway feedback (exp of exp) amplifies any rounding beyond comparison.
  const tolerance = relative * Math.max(1, largest);
  for (let i = 0; i < got.length; i++) {
    if (!(Math.abs((got[i] as number) - (expected?.[i] as number)) <= tolerance)) {
      expect.fail(`at ${i}: ${got[i]} instead of ${expected?.[i]}, tolerance ${tolerance}`);
    }
  }
}
