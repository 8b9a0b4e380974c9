import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec, type NodeSpec } from '../../src/index.js';
import { RULES } from '../../src/layers/rounded/rules.js';
import type { LstmConfig, RoundingRule } from '../../src/spec.js';
import { lstmCell } from '../reference/lstm.js';
import { Tensors } from '../reference/tensors.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder } from '../support/random.js';

const RULE_NAMES = Object.keys(RULES) as RoundingRule[];

/** A row by a rule, behind another number that must stay. */
function rounded(rule: RoundingRule, row: readonly number[]): number[] {
  const f32 = Float32Array.of(7, ...row, 7);
  RULES[rule](f32, 1, 1, row.length);
  expect([f32[0], f32[row.length + 1]]).toEqual([7, 7]);
  return [...f32.subarray(1, row.length + 1)];
}

const row = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 9 });

describe('what 8-bit weights are multiplied by', () => {
  it('symmetric: the nearest of 127 parts of the largest', () => {
    fc.assert(
      fc.property(row, (numbers) => {
        const most = Math.max(...numbers.map(Math.abs));
        fc.pre(most > 1e-30);
        const step = most / 127;
        rounded('symmetric', numbers).forEach((y, i) => {
          expect(Math.abs(y - (numbers[i] as number))).toBeLessThanOrEqual(step * 0.50002);
          expect(Math.abs(y / step - Math.round(y / step))).toBeLessThan(1e-3);
        });
      }),
    );
  });

  it.each(['asymmetric', 'xnnpack'] as const)(
    '%s: the nearest of 255 parts of the range with 0, but at its ends',
    (rule) => {
      fc.assert(
        fc.property(row, (numbers) => {
          const [low, high] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
          fc.pre(high - low > 1e-30);
          const step = (high - low) / 255;
          rounded(rule, numbers).forEach((y, i) => {
            // The zero point is rounded too, so that an end may be cut off by half a step.
            expect(Math.abs(y - (numbers[i] as number))).toBeLessThanOrEqual(step * 1.0001);
            expect(Math.abs(y / step - Math.round(y / step))).toBeLessThan(1e-3);
          });
        }),
      );
    },
  );

  it('halves: away from zero, and to the even number', () => {
    // In steps of 1: 127 and 255 parts of what is the largest.
    expect(rounded('symmetric', [127, 0.5, 1.5, -0.5, -1.5])).toEqual([127, 1, 2, -1, -2]);
    expect(rounded('xnnpack', [255, 0.5, 1.5, 2.5])).toEqual([255, 0, 2, 2]);
    expect(rounded('asymmetric', [255, 0.5, 1.5, 2.5])).toEqual([255, 0, 1, 2]);
  });

  it.each(RULE_NAMES)('%s: zeros stay, NaN and infinities make a row NaN', (rule) => {
    expect(rounded(rule, [0, 0, 0])).toEqual([0, 0, 0]);
    expect(rounded(rule, [1, Number.NaN, 2])).toEqual([NaN, NaN, NaN]);
    expect(rounded(rule, [1, Infinity])[1]).toBeNaN();
  });
});

const [FEATURES, UNITS, TIME] = [3, 5, 6];

describe.each(builds)('layers that round, %s', (build) => {
  it.each(RULE_NAMES)('round_rows, %s: each timestep by itself', async (rule) => {
    const spec: ModelSpec = {
      inputs: [{ name: 'x', features: FEATURES }],
      nodes: [{ type: 'round_rows', name: 'y', inputs: ['x'], rule }],
      outputs: ['y'],
      tensors: {},
    };
    const x = randomFloats(2 * TIME * FEATURES, 1, 3);
    const y = (await createModel(spec, { build })).run(x, { batch: 2 });
    for (let t = 0; t < 2 * TIME; t++)
      expectSameBits(
        y.subarray(t * FEATURES, (t + 1) * FEATURES),
        rounded(rule, [...x.subarray(t * FEATURES, (t + 1) * FEATURES)]),
      );
  });

  it.each(RULE_NAMES)('rounded_lstm, %s: an LSTM whose h is rounded before each timestep', async (rule) => {
    const b = new SpecBuilder(4, 1);
    const { type: _, ...cell } = b.cell('lstm', 'c', FEATURES, UNITS, { peephole: true, cellClip: 0.7 }) as LstmConfig;
    b.add({ ...cell, type: 'rounded_lstm', rule, name: 'y', inputs: ['x'] } as NodeSpec);
    const spec = b.spec(FEATURES, ['y']);
    const x = randomFloats(TIME * FEATURES, 2);
    const step = lstmCell({ ...cell, type: 'lstm' }, new Tensors(spec.tensors));
    let state: ReturnType<typeof step>['state'] = { h: new Float64Array(UNITS), c: new Float64Array(UNITS) };
    const twin: number[] = [];
    const plain: number[] = [];
    let unrounded = state;
    for (let t = 0; t < TIME; t++) {
      const frame = Float64Array.from(x.subarray(t * FEATURES, (t + 1) * FEATURES));
      state = step(frame, { ...state, h: Float64Array.from(rounded(rule, [...state.h])) }).state;
      unrounded = step(frame, unrounded).state;
      twin.push(...state.h);
      plain.push(...unrounded.h);
    }
    const model = await createModel(spec, { build });
    const y = model.run(x);
    // Float32 beside float64, while both round to the same.
    expectNear(y, twin, 2e-6);
    expect(Math.max(...plain.map((n, i) => Math.abs(n - (twin[i] as number))))).toBeGreaterThan(1e-4);
    const stream = model.createStream();
    expectSameBits(
      Array.from({ length: TIME }, (_, t) => [...stream.step(x.slice(t * FEATURES, (t + 1) * FEATURES))]).flat(),
      y,
    );
    expectSameBits(model.run(Float32Array.of(...x, ...x), { batch: 2 }).subarray(y.length), y);
    // A masked timestep leaves h as it was, unrounded.
    const masked = model.run(x, { mask: Array.from({ length: TIME }, (_, t) => t % 3 !== 1) });
    const rest = Float32Array.from([0, 2, 3, 5].flatMap((t) => [...x.subarray(t * FEATURES, (t + 1) * FEATURES)]));
    expectSameBits(masked.subarray(-UNITS), model.run(rest).subarray(-UNITS));
  });

  it('rules that there are not are refused', async () => {
    const spec = { inputs: [{ name: 'x', features: 3 }], outputs: ['y'], tensors: {} };
    const nodes = [{ type: 'round_rows', name: 'y', inputs: ['x'], rule: 'nearest' }];
    await expect(createModel({ ...spec, nodes } as never)).rejects.toThrow(
      /node "y", rule: unknown rule; expected symmetric, asymmetric, xnnpack, got "nearest"/,
    );
    const b = new SpecBuilder(4);
    const { type: _, ...cell } = b.cell('lstm', 'c', 3, 2) as LstmConfig;
    b.add({ ...cell, type: 'rounded_lstm', name: 'y', inputs: ['x'] } as never);
    await expect(createModel(b.spec(3, ['y']))).rejects.toThrow(/rule: unknown rule; expected symmetric/);
  });
});
