import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec } from '../../src/index.js';
import type { IntegerLstmNode } from '../../src/spec.js';
import { integerLstmStep } from '../reference/integer-lstm.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { type IntegerForm, integerLstmSpec } from '../support/integer-lstm.js';
import { uniform } from '../support/random.js';

const wholes = (count: number, most: number, seed: number): Float32Array => {
  const next = uniform(seed);
  return Float32Array.from({ length: count }, () => Math.round(next() * most));
};

/** What the twin makes of a sequence: h, c and gates after each timestep. */
function twin(spec: ModelSpec, x: Float32Array, features: number) {
  const node = spec.nodes[0] as IntegerLstmNode;
  let state = {
    h: Array<number>(node.projection ?? node.units).fill(0),
    c: Array<number>(node.units).fill(0),
  };
  return Array.from({ length: x.length / features }, (_, t) => {
    const step = integerLstmStep(node, spec.tensors, [...x.subarray(t * features, (t + 1) * features)], state);
    state = step;
    return step;
  });
}

const form: fc.Arbitrary<IntegerForm> = fc.record({
  units: fc.constantFrom(1, 3, 4, 5, 8),
  projection: fc.constantFrom(undefined, 1, 3, 6),
  peepholes: fc.boolean(),
  coupled: fc.boolean(),
  cellBits: fc.integer({ min: 9, max: 15 }),
  cellClip: fc.constantFrom(undefined, 900),
  steep: fc.constantFrom(0.3, 1, 8),
  seed: fc.nat(1000),
});

const FEATURES = 3;
const TIME = 7;

describe.each(builds)('an LSTM of whole numbers, %s', (build) => {
  it('is its twin, in every form, to the last bit', async () => {
    await fc.assert(
      fc.asyncProperty(form, async (given) => {
        const spec = integerLstmSpec(given, FEATURES);
        const x = wholes(TIME * FEATURES, 127, (given.seed ?? 0) + 1);
        const steps = twin(spec, x, FEATURES);
        const { layers, outputs } = (await createModel(spec, { build })).trace(x);
        expectSameBits(
          outputs.y?.data as Float32Array,
          steps.flatMap(({ h }) => h),
        );
        expectSameBits(
          layers[0]?.c as Float32Array,
          steps.flatMap(({ c }) => c),
        );
        for (const gate of 'ifgo')
          expectSameBits(
            layers[0]?.gates[gate] as Float32Array,
            steps.flatMap(({ gates }) => gates[gate] as number[]),
          );
      }),
      { numRuns: 60 },
    );
  });

  const spec = integerLstmSpec({ units: 5, projection: 3, peepholes: true, steep: 2 }, FEATURES);

  it('a stream, saved, restored and forked between, gives the same bits', async () => {
    const model = await createModel(spec, { build });
    const x = wholes(TIME * FEATURES, 127, 5);
    const whole = model.run(x);
    const stream = model.createStream();
    const made: number[] = [];
    for (let t = 0; t < TIME; t++) {
      const next = model.createStream();
      next.restore(stream.save());
      const frame = x.slice(t * FEATURES, (t + 1) * FEATURES);
      expectSameBits(next.step(frame), stream.fork().step(frame));
      made.push(...stream.step(frame));
    }
    expectSameBits(made, whole);
    const rows = new Float32Array([...x, ...x.map((n) => -n)]);
    expectSameBits(model.run(rows, { batch: 2 }).subarray(0, whole.length), whole);
  });

  it('a masked timestep leaves the state as it was, and repeats the output', async () => {
    const model = await createModel(spec, { build });
    const x = wholes(3 * FEATURES, 127, 6);
    const masked = model.run(x, { mask: [true, false, true] });
    const without = model.run(Float32Array.of(...x.subarray(0, FEATURES), ...x.subarray(2 * FEATURES)));
    expectSameBits(masked, [...without.subarray(0, 3), ...without.subarray(0, 3), ...without.subarray(3)]);
    const [node] = spec.nodes;
    const zeroing = { ...spec, nodes: [{ ...node, zeroOutputForMask: true }] } as ModelSpec;
    const zeros = (await createModel(zeroing, { build })).run(x, { mask: [true, false, true] });
    expectSameBits(zeros.subarray(3, 6), [0, 0, 0]);
  });

  it('NaN stays in the row that it came from', async () => {
    const model = await createModel(integerLstmSpec({ units: 2 }, FEATURES), { build });
    const x = wholes(4 * FEATURES, 9, 7);
    x[0] = Number.NaN;
    const [first, second] = [model.run(x, { batch: 2 }).subarray(0, 4), model.run(x, { batch: 2 }).subarray(4)];
    expect(first.every(Number.isNaN)).toBe(true);
    expect(second.some(Number.isNaN)).toBe(false);
    const projected = await createModel(spec, { build });
    expect(projected.run(x.subarray(0, FEATURES)).every(Number.isNaN)).toBe(true);
  });
});

describe('what is refused', () => {
  it.each<[what: string, fields: object, expected: RegExp]>([
    ['bits of c', { cellBits: 8 }, /no bits of c; expected cellBits from 9 to 15, got 8/],
    ['a bound of c', { cellClip: 0.5 }, /no bound of c; expected cellClip from 1 to 32767, got 0.5/],
    [
      'too few scales',
      { inputScales: [1] },
      /inputScales: no scales of sums; expected 4 numbers of at least 0, below 32768, got \[1\]/,
    ],
    ['negative scales', { recurrentScales: [1, 1, 1, -1] }, /recurrentScales: no scales of sums; expected 4 numbers/],
    ['no scale', { hidden: { low: 0, high: 1 } }, /hidden, scale: no scales of sums; expected 1 numbers/],
    ['nothing of h', { hidden: 3 }, /hidden: not a record; expected an object/],
    [
      'bounds',
      { hidden: { scale: 1, low: 1, high: 9 } },
      /hidden: no bounds of whole numbers; expected low from -32768 to 0, high from 0 to 32767, got 1, 9/,
    ],
    ['clip', { clip: 1 }, /unknown field "clip"/],
    [
      'peepholes alone',
      { peepholeScales: [1, 1, 1] },
      /fields that do not go together; expected projected with projection, peepholeScales with peephole/,
    ],
    ['a projection alone', { projection: 2 }, /fields that do not go together/],
  ])('%s', async (_, fields, expected) => {
    const spec = integerLstmSpec({ units: 2 }, FEATURES);
    const changed = { ...spec, nodes: [{ ...spec.nodes[0], ...fields }] } as ModelSpec;
    await expect(createModel(changed)).rejects.toThrow(expected);
  });

  it.each([
    ['weightIh', 0.5, /weightIh and biases: no whole numbers; expected whole numbers, got 0.5/],
    ['biasIh', 0.25, /weightIh and biases: no whole numbers; expected whole numbers, got 0.25/],
    ['weightHh', 2 ** 17, /weightHh: sums that float32 does not hold exactly; expected below 2\^24, got \d+ in row 0/],
  ])('%s of %f', async (name, value, expected) => {
    const spec = integerLstmSpec({ units: 2 }, FEATURES);
    (spec.tensors[name]?.data as Float32Array)[0] = value;
    await expect(createModel(spec)).rejects.toThrow(expected);
  });
});
