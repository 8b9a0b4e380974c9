import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec } from '../../src/index.js';
import { rescaled } from '../reference/integer-lstm.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';

const FEATURES = 4;

const spec = (scales: unknown, low = -128, high = 127, halves = 'away'): ModelSpec => ({
  inputs: [{ name: 'x', features: FEATURES }],
  nodes: [{ type: 'rescale', name: 'y', inputs: ['x'], scales, low, high, halves } as never],
  outputs: ['y'],
  tensors: {},
});

/** Sums around every half of a step, where roundings differ, and far beyond the bounds. */
const sums = Float32Array.from({ length: 400 * FEATURES }, (_, i) => (i % 7 === 0 ? -1 : 1) * ((i * 7919) % 70000));

describe.each(builds)('rescale, %s', (build) => {
  it.each([
    ['one scale for all', [0.0037]],
    ['a scale each', [0.0037, 0.002, 0.5, 1.25]],
    ['powers of two, whose halves are exact', [2 ** -9]],
    ['nothing', [0]],
  ])('%s: as whole numbers of any size have it', async (_, scales) => {
    const model = await createModel(spec(scales, -100, 90), { build });
    const twin = sums.map((n, i) =>
      Math.min(90, Math.max(-100, rescaled(BigInt(n), scales[(i % scales.length) % FEATURES] as number))),
    );
    const y = model.run(sums);
    expectSameBits(y, twin);
    if (scales[0] !== 0) expect(new Set(y).size).toBeGreaterThan(100);
  });
});

it.each([
  ['away', [-2, -1, 1, 2]],
  ['up', [-1, 0, 1, 2]],
])('halves are rounded %s', async (halves, expected) => {
  const model = await createModel(spec([0.25], -128, 127, halves));
  expect([...model.run(Float32Array.of(-6, -2, 2, 6))]).toEqual(expected);
});

it('a rounding that there is not is refused', async () => {
  await expect(createModel(spec([1], -1, 1, 'even'))).rejects.toThrow(
    /halves: unknown rounding of halves; expected away, up, got "even"/,
  );
});

it.each([
  ['no scales', [], -1, 1, /scales: no scales of sums; expected 4 numbers of at least 0, below 32768/],
  ['a negative one', [-1], -1, 1, /scales: no scales of sums; expected 1 numbers/],
  ['one too many', [1, 1, 1, 1, 1], -1, 1, /scales: no scales of sums; expected 4 numbers/],
  ['bounds that leave out 0', [1], 1, 2, /no bounds of whole numbers; expected low from -32768 to 0/],
])('%s: refused', async (_, scales, low, high, expected) => {
  await expect(createModel(spec(scales, low, high))).rejects.toThrow(expected);
});
