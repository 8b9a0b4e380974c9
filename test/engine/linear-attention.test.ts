import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ActivationSpec,
  createModel,
  type LinearAttentionNode,
  type ModelSpec,
  type NodeSpec,
} from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import { runReference } from '../reference/run.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { hold } from '../support/hold.js';
import { randomFloats } from '../support/random.js';

// Attention without softmax against the float64 twin; the same bits whole, step by step, in any cut and in any batch; its state given and taken.

interface Sizes {
  readonly group: number;
  readonly keyHeads: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly gated: boolean;
  readonly delta: boolean;
  /** A decay for each row of the state, a rate for each head. */
  readonly each: boolean;
}

/** Its operands are parts of one input, keys small enough for a state that stays of order one. */
function specOf({ group, keyHeads, keySize, valueSize, gated, delta, each }: Sizes, given = false): ModelSpec {
  const heads = group * keyHeads;
  const parts: readonly (readonly [name: string, features: number, activation: ActivationSpec])[] = [
    ['q', heads * keySize, { type: 'affine', alpha: 1, beta: 0 }],
    ['k', keyHeads * keySize, { type: 'affine', alpha: 1 / Math.sqrt(keySize), beta: 0 }],
    ['v', keyHeads * valueSize, { type: 'affine', alpha: 1, beta: 0 }],
    ...(gated ? [['g' as const, each ? keyHeads * keySize : keyHeads, 'log_sigmoid' as const] as const] : []),
    ...(delta ? [['beta' as const, each ? keyHeads : 1, 'sigmoid' as const] as const] : []),
  ];
  let start = 0;
  const nodes = parts.flatMap(([name, count, activation]): NodeSpec[] => {
    const slice = { type: 'slice', name: `${name}.part`, inputs: ['x'], axis: 'features', start, count } as const;
    start += count;
    return [slice, { type: 'activation', name, inputs: [slice.name], activation } as NodeSpec];
  });
  const size = keyHeads * keySize * valueSize;
  const attention: LinearAttentionNode = {
    type: 'linear_attention',
    name: 'attention',
    inputs: [...parts.map(([name]) => name), ...(given ? ['before'] : [])],
    outputs: given ? ['y', 'after'] : ['y'],
    heads,
    keyHeads,
    scale: 1 / Math.sqrt(keySize),
    ...(gated && { gated }),
    ...(delta && { delta }),
  };
  return {
    inputs: [
      { name: 'x', features: start },
      ...(given ? [{ name: 'before', features: size, kind: 'vector' as const }] : []),
    ],
    nodes: [...nodes, attention],
    outputs: given ? ['y', 'after'] : ['y'],
    tensors: {},
  };
}

const sizes = fc.record({
  group: fc.constantFrom(1, 1, 2, 3),
  keyHeads: fc.constantFrom(1, 2, 3),
  keySize: fc.constantFrom(1, 3, 4, 8, 17),
  valueSize: fc.constantFrom(1, 4, 5, 12, 13, 16, 28),
  gated: fc.boolean(),
  delta: fc.boolean(),
  each: fc.boolean(),
});
const featuresOf = (spec: ModelSpec): number => spec.inputs[0]?.features as number;
const PLAIN: Sizes = { group: 2, keyHeads: 2, keySize: 5, valueSize: 7, gated: true, delta: true, each: true };

describe.each(builds)('linear attention, %s', (build) => {
  it('agrees with the float64 twin, whole, in pieces and in batches', async () => {
    const scenario = fc.record({
      sizes,
      time: fc.integer({ min: 1, max: 12 }),
      batch: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(1e6),
      cuts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ sizes, time, batch, seed, cuts }) => {
        const spec = specOf(sizes);
        const data = randomFloats(batch * time * featuresOf(spec), seed);
        expect(await hold(spec, build, data, batch, time, cuts)).toBe('streamed');
      }),
      { numRuns: 60, seed: 15 },
    );
  });

  it('gives and takes its state', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(1e6), async (sizes, seed) => {
        const spec = specOf(sizes, true);
        const [batch, time, features] = [2, 6, featuresOf(spec)];
        const x = { data: randomFloats(batch * time * features, seed), shape: [batch, time, features] };
        const length = spec.inputs[1]?.features as number;
        const before = { data: randomFloats(batch * length, seed + 1), shape: [batch, length] };
        const model = await createModel(spec, { build });
        const whole = model.runNamed({ x, before });
        const wanted = runReference(spec, {
          x: { data: x.data, batch, time },
          before: { data: before.data, batch },
        }).outputs;
        for (const name of ['y', 'after'])
          expectNear(whole[name]?.data as Float32Array, wanted[name]?.data as Float64Array, 5e-6);
        // Cut in two, the state handed on: the same bits.
        let state: typeof before = before;
        const pieces = [0, 1, 2].map((i) => {
          const rows = [0, 1].map((b) => x.data.subarray((b * 6 + 2 * i) * features, (b * 6 + 2 * i + 2) * features));
          const data = Float32Array.from(rows.flatMap((row) => [...row]));
          const got = model.runNamed({ x: { data, shape: [batch, 2, features] }, before: state });
          state = got.after as never;
          return got.y?.data as Float32Array;
        });
        expectSameBits(state.data, whole.after?.data as Float32Array);
        const row = (b: number): number[] =>
          pieces.flatMap((piece) => [...piece.subarray((b * piece.length) / 2, ((b + 1) * piece.length) / 2)]);
        expectSameBits([...row(0), ...row(1)], whole.y?.data as Float32Array);
        expect(() => model.createStream()).toThrow('takes its initial state from another value at every run');
        model.dispose();
      }),
      { numRuns: 20, seed: 16 },
    );
  });

  it('streams where the model carries its state, as with a state of its own', async () => {
    const { inputs, nodes, ...rest } = specOf(PLAIN, true);
    const carried = { inputs, nodes, ...rest, outputs: ['y'], carries: [{ input: 'before', output: 'after' }] };
    const x = randomFloats(9 * featuresOf(carried), 3);
    const [own, other] = [await createModel(specOf(PLAIN), { build }), await createModel(carried, { build })];
    const whole = own.run(x);
    expectSameBits(other.run(x), whole);
    const stream = other.createStream();
    const features = featuresOf(carried);
    const steps = Array.from({ length: 9 }, (_, t) => [...stream.step(x.subarray(t * features, (t + 1) * features))]);
    expectSameBits(steps.flat(), whole);
  });

  it('saves, forks and forgets its state', async () => {
    const spec = specOf(PLAIN);
    const model = await createModel(spec, { build });
    const frames = [1, 2, 3].map((seed) => randomFloats(featuresOf(spec), seed));
    const [first, second, third] = frames as [Float32Array, Float32Array, Float32Array];
    const stream = model.createStream();
    const fresh = [...stream.step(first)];
    stream.step(second);
    const [saved, fork] = [stream.save(), stream.fork()];
    const next = [...stream.step(third)];
    expectSameBits([...fork.step(third)], next);
    stream.restore(saved);
    expectSameBits([...stream.step(third)], next);
    stream.reset();
    expectSameBits([...stream.step(first)], fresh);
    expect(stream.getState()[0]?.h).toHaveLength(2 * 5 * 7);
  });

  it('leaves its state as it is at masked timesteps, and gives zeros there', async () => {
    const spec = specOf(PLAIN);
    const model = await createModel(spec, { build });
    const [batch, time] = [2, 5];
    const x = randomFloats(batch * time * featuresOf(spec), 8);
    const mask = [1, 0, 1, 1, 0, 0, 1, 1, 0, 1];
    const got = model.run(x, { batch, mask: Uint8Array.from(mask) });
    // As if these timesteps were not there.
    const features = featuresOf(spec);
    const kept = (b: number): number[] => [0, 1, 2, 3, 4].filter((t) => mask[b * time + t]);
    const wanted = [0, 1].map((b) => {
      const data = Float32Array.from(
        kept(b).flatMap((t) => [...x.subarray((b * time + t) * features, (b * time + t + 1) * features)]),
      );
      return runReference(spec, { x: { data, batch: 1, time: kept(b).length } }).outputs.y?.data as Float64Array;
    });
    const width = got.length / mask.length;
    mask.forEach((keep, at) => {
      expect(got.subarray(at * width, (at + 1) * width).every((n) => n === 0)).toBe(keep === 0);
    });
    const rows = [0, 1].flatMap((b) =>
      kept(b).map((t) => got.subarray((b * time + t) * width, (b * time + t + 1) * width)),
    );
    expectNear(
      rows.flatMap((row) => [...row]),
      wanted.flatMap((row) => [...row]),
      5e-6,
    );
  });
});

describe('what does not fit is refused', () => {
  const at = 'node "attention"';
  it.each<[string, object, string]>([
    ['a head too many', { keyHeads: 3 }, `${at}: keyHeads must divide heads; expected a divisor of 4, got 3`],
    [
      'heads that do not divide',
      { heads: 3, keyHeads: 1 },
      `${at}: 3 heads do not divide "q"; expected a multiple of 3, got 20`,
    ],
    ['keys of other heads', { heads: 2, keyHeads: 2 }, `${at}: input "k" has the wrong size; expected 20, got 10`],
    [
      'an input too few',
      { inputs: ['q', 'k', 'v', 'g'] },
      `${at}: wrong number of inputs; expected [q, k, v, g, beta] or [q, k, v, g, beta, state]`,
    ],
    [
      'a decay of another size',
      { inputs: ['q', 'k', 'v', 'v', 'beta'] },
      `${at}: input "v" has the wrong size; expected 10 or 2, got 14`,
    ],
    [
      'a rate of another size',
      { inputs: ['q', 'k', 'v', 'g', 'v'] },
      `${at}: input "v" has the wrong size; expected 2 or 1, got 14`,
    ],
    [
      'a state that is a sequence',
      { inputs: ['q', 'k', 'v', 'g', 'beta', 'v'] },
      `${at}: state "v" has the wrong shape; expected a vector of 70, got a sequence of 14`,
    ],
    ['a scale that is no number', { scale: Number.NaN }, `${at}, scale: not a usable number`],
  ])('%s', async (_, fields, words) => {
    const spec = specOf(PLAIN);
    const nodes = spec.nodes.map((node) => (node.name === 'attention' ? { ...node, ...fields } : node));
    await expect(createModel({ ...spec, nodes } as ModelSpec)).rejects.toThrow(words);
  });

  it('values of another time', async () => {
    const spec = specOf(PLAIN);
    const late = { type: 'slice', name: 'late', inputs: ['k'], axis: 'time', start: 1 } as const;
    const nodes = spec.nodes.flatMap((node) =>
      node.name === 'attention' ? [late, { ...node, inputs: ['q', 'late', 'v', 'g', 'beta'] }] : [node],
    );
    await expect(createModel({ ...spec, nodes } as ModelSpec)).rejects.toThrow(
      `${at}: input "late" has another time; expected that of "q", got another`,
    );
  });
});

it('explain says what it keeps', async () => {
  expect(explain((await createModel(specOf(PLAIN))) as never, 'attention')).toContain(
    'has a matrix of state for each of 2 heads of keys and values, which a stream keeps: every timestep lets it decay and adds the product of its key',
  );
});
