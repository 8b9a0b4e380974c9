import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec } from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import type { AttentionNode } from '../../src/spec.js';
import { runReference } from '../reference/run.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats } from '../support/random.js';

// Attention with softmax against the float64 twin: heads, causal or not, over the same time and over another, with keys that are masked.

/** Over the time of `x`, or with keys and values of a time of their own. */
function specOf(
  heads: number,
  keySize: number,
  valueSize: number,
  causal: boolean,
  apart: boolean,
  more: Partial<AttentionNode> = {},
): ModelSpec {
  const time = apart ? { time: 'memory' } : {};
  return {
    inputs: [
      { name: 'q', features: heads * keySize },
      { name: 'k', features: heads * keySize, ...time },
      { name: 'v', features: heads * valueSize, ...time },
    ],
    nodes: [
      {
        type: 'attention',
        name: 'y',
        inputs: ['q', 'k', 'v'],
        heads,
        scale: 1.5 / Math.sqrt(keySize),
        ...(causal && { causal }),
        ...more,
      },
    ],
    outputs: ['y'],
    tensors: more.tensors ? { w: { shape: [heads * keySize], data: randomFloats(heads * keySize, 7) } } : {},
  };
}
const size = fc.constantFrom(1, 2, 3, 4, 5, 8, 13);
const drawn = fc.record({
  heads: fc.constantFrom(1, 1, 2, 3),
  keySize: size,
  valueSize: size,
  causal: fc.boolean(),
  apart: fc.boolean(),
  time: fc.constantFrom(1, 2, 5, 9, 40),
  other: fc.constantFrom(1, 3, 8, 35),
  batch: fc.integer({ min: 1, max: 3 }),
  masked: fc.constantFrom(false, false, true),
  scores: fc.constantFrom<Partial<AttentionNode>>(
    {},
    { scores: 'dot' },
    { scores: 'additive' },
    { scores: 'additive', tensors: { weight: 'w' } },
  ),
  rest: fc.constantFrom<Partial<AttentionNode>>({}, { maskedQuery: 'zeros', noKey: 'mean' }, { maskedQuery: 'mean' }),
  seed: fc.nat(1e6),
});

describe.each(builds)('attention, %s', (build) => {
  it('agrees with the float64 twin; rows of a batch do not know of one another', async () => {
    await fc.assert(
      fc.asyncProperty(
        drawn,
        async ({ heads, keySize, valueSize, causal, time, other, batch, masked, seed, rest, scores, ...more }) => {
          const { apart } = more;
          const spec = specOf(heads, keySize, valueSize, causal, apart, { ...rest, ...scores });
          const value = (index: number, length: number) => {
            const { features } = spec.inputs[index] as { features: number };
            return {
              data: randomFloats(batch * length * features, seed + index),
              batch,
              time: length,
              shape: [batch, length, features],
            };
          };
          const long = apart ? other : time;
          const fed = { q: value(0, time), k: value(1, long), v: value(2, long) };
          const mask = masked && !apart && randomFloats(batch * time, seed + 9).map((n) => (n > -0.4 ? 1 : 0));
          const options = mask ? { mask: Uint8Array.from(mask) } : {};
          const model = await createModel(spec, { build });
          const got = model.runNamed(fed, options).y?.data as Float32Array;
          const wanted = runReference(spec, fed, mask ? { mask } : {}).outputs.y?.data as Float64Array;
          expectNear(got, wanted, 3e-6, JSON.stringify({ heads, keySize, valueSize, causal, apart, time, masked }));
          const first = ({ data, shape: [, length, features] }: (typeof fed)['q']) => ({
            data: data.subarray(0, (length as number) * (features as number)),
            shape: [1, length as number, features as number],
          });
          const one = mask ? { mask: Uint8Array.from(mask.subarray(0, time)) } : {};
          const alone = model.runNamed({ q: first(fed.q), k: first(fed.k), v: first(fed.v) }, one).y
            ?.data as Float32Array;
          expectSameBits(alone, got.subarray(0, alone.length));
          model.dispose();
        },
      ),
      { numRuns: 80, seed: 15 },
    );
  });

  it('does not stream where the keys come step by step; over keys of fixed time it does', async () => {
    const model = await createModel(specOf(2, 3, 4, true, false), { build });
    expect(() => model.createStream()).toThrow(
      'layer "y" weighs timesteps with one another, so it needs the whole sequence',
    );
    const { inputs, ...rest } = specOf(2, 3, 4, false, false);
    const fixed = inputs.map((input) =>
      input.name === 'q' ? input : { ...input, kind: 'vector' as const, features: 5 * input.features },
    );
    const nodes = ['k', 'v'].map(
      (name, i) => ({ type: 'reshape', name: `${name}.5`, inputs: [name], shape: [5, i === 0 ? 6 : 8] }) as const,
    );
    const attention = { ...rest.nodes[0], inputs: ['q', 'k.5', 'v.5'] } as ModelSpec['nodes'][0];
    const memory = await createModel({ ...rest, inputs: fixed, nodes: [...nodes, attention] }, { build });
    const [q, k, v] = [randomFloats(4 * 6, 1), randomFloats(30, 2), randomFloats(40, 3)];
    const given = { k: { data: k, shape: [1, 30] }, v: { data: v, shape: [1, 40] } };
    const whole = memory.runNamed({ q: { data: q, shape: [1, 4, 6] }, ...given }).y?.data as Float32Array;
    const stream = memory.createStream();
    for (let t = 0; t < 4; t++) {
      const step = stream.runNamed({ q: { data: q.subarray(t * 6, t * 6 + 6), shape: [1, 1, 6] }, ...given }).y?.data;
      expectSameBits(step as Float32Array, whole.subarray(t * 8, t * 8 + 8));
    }
  });
});

it.each<[string, object, string]>([
  ['heads', { heads: 4 }, 'node "y": heads do not divide "q"; expected a multiple of 4, got 6'],
  ['two inputs', { inputs: ['q', 'k'] }, 'node "y": wrong number of inputs; expected [q, k, v]'],
  ['keys of another size', { inputs: ['q', 'v', 'v'] }, 'node "y": "v" does not fit "q"; expected 6, got 8'],
  ['values of another time', { inputs: ['q', 'q', 'v'] }, 'node "y": input "v" has another time; expected that of "q"'],
  [
    'ways to score',
    { scores: 'concat' },
    'node "y", scores: unknown way to score; expected dot, additive, got "concat"',
  ],
  [
    'weights of dot products',
    { tensors: {} },
    'node "y": tensors of dot products; expected scores: \'additive\', got undefined',
  ],
  [
    'weights that are not there',
    { scores: 'additive', tensors: { weight: 'w' } },
    'node "y": no tensor for weight; expected the name of a tensor in spec.tensors, got "w"',
  ],
  ['results', { noKey: 'none' }, 'node "y", noKey: unknown result; expected zeros, mean, got "none"'],
])('%s that do not fit are refused', async (_, fields, words) => {
  const spec = specOf(2, 3, 4, false, true);
  const nodes = [{ ...spec.nodes[0], ...fields }] as unknown as ModelSpec['nodes'];
  await expect(createModel({ ...spec, nodes })).rejects.toThrow(words);
});

it('explain says what it does', async () => {
  expect(explain((await createModel(specOf(2, 3, 4, true, false))) as never, 'y')).toContain(
    'compares the query of each timestep with the keys of all up to it, by 2 heads, and gives the mean of their values',
  );
  const additive = await createModel(specOf(1, 3, 4, false, false, { scores: 'additive' }));
  expect(explain(additive as never, 'y')).toContain(
    'adds the query of each timestep to the keys of all, by 1 head, and gives the mean of their values, weighed by the softmax of what the tanh of that adds up to.',
  );
});
