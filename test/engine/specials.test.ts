import { describe, it } from 'vitest';
import { type Build, createModel, type ModelSpec } from '../../src/index.js';
import { runReference } from '../reference/run.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

const SPECIALS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30, -1e30, 1e-40, -1e-45, -0];
const FEATURES = 3;
const TIME = 6;

const MODELS: readonly [string, ModelSpec][] = [
  ['lstm', stack('lstm', FEATURES, 6)],
  ['gru, reset after', stack('gru', FEATURES, 6)],
  ['gru, reset before', stack('gru', FEATURES, 6, 1, 1, { resetAfter: false })],
  ['rnn', stack('rnn', FEATURES, 6)],
  [
    'lstm with peepholes and clip',
    new SpecBuilder(3).recurrent('lstm', 'a', 'x', FEATURES, 5, { peephole: true, cellClip: 3 }).spec(FEATURES),
  ],
];

/** One number of a tensor or of the input replaced. */
function withValue(data: Float32Array, index: number, value: number): Float32Array {
  const copy = data.slice();
  copy[index] = value;
  return copy;
}

/**
 * NaN where the twin has NaN, the same infinity where it has one, and near it elsewhere. float32 overflows
 * where float64 does not, so beyond its range an infinity of the right sign counts as equal. Near is within 2e-6, or 1e-5
 * on the relaxed build: beside a weight of 1e30 a fused sum keeps other small terms than a plain one (2.8e-6 was seen).
 */
function expectKind(build: Build, got: Float32Array, expected: ArrayLike<number> | undefined, what = ''): void {
  expectNear(got, expected, build === 'relaxed' ? 1e-5 : 2e-6, what, { relative: true, special: true });
}

describe.each(builds)('special numbers behave as in float64, %s', (build) => {
  describe.each(MODELS)('%s', (_, spec) => {
    const x = randomFloats(TIME * FEATURES, 8);

    it.each(SPECIALS)('%f in the input, and nothing of it in another stream', async (value) => {
      const bad = withValue(x, FEATURES * 2 + 1, value);
      const model = await createModel(spec, { build });
      const expected = runReference(spec, { x: { data: bad, batch: 1, time: TIME } });
      expectKind(build, model.run(bad), Object.values(expected.outputs)[0]?.data);

      const clean = model.run(x);
      const together = model.run(Float32Array.of(...bad, ...x, ...bad), { batch: 3 });
      expectSameBits(together.subarray(clean.length, 2 * clean.length), clean);
      const [poisoned, stream] = [model.createStream(), model.createStream()];
      const got: number[] = [];
      for (let t = 0; t < TIME; t++) {
        poisoned.step(bad.subarray(t * FEATURES, (t + 1) * FEATURES));
        got.push(...stream.step(x.subarray(t * FEATURES, (t + 1) * FEATURES)));
      }
      expectSameBits(got, clean);
      poisoned.dispose();
      const reused = model.createStream();
      expectSameBits(reused.run(x), clean);
      model.dispose();
    });

    it.each(SPECIALS)('%f in a weight', async (value) => {
      for (const [name, tensor] of Object.entries(spec.tensors)) {
        const changed = {
          ...spec,
          tensors: {
            ...spec.tensors,
            [name]: { ...tensor, data: withValue(tensor.data, tensor.data.length >> 1, value) },
          },
        };
        const model = await createModel(changed, { build });
        const expected = runReference(changed, { x: { data: x, batch: 1, time: TIME } });
        expectKind(build, model.run(x), Object.values(expected.outputs)[0]?.data, name);
        model.dispose();
      }
    });
  });

  it.each([
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
    'linear',
  ] as const)('in the activation %s', async (activation) => {
    const spec = new SpecBuilder(1).add({ type: 'activation', name: 'a', inputs: ['x'], activation }).spec(1);
    const model = await createModel(spec, { build });
    const data = Float32Array.of(...SPECIALS, 0, 1, -1, 20, -20, 88, -88, 104, -104, 200, -200);
    const expected = runReference(spec, { x: { data, batch: 1, time: data.length } });
    expectKind(build, model.run(data), expected.outputs.a?.data);
    model.dispose();
  });
});
