import { describe, expect, it } from 'vitest';
import { fromKeras } from '../../../src/importers/keras/index.js';
import type { ModelSpec } from '../../../src/index.js';
import { part } from '../../support/thorough.js';
import { bytesOf, type Case, casesOf } from './cases.js';
import { hold, streams } from './hold.js';

// Values with an axis of frequencies: what Keras computed, and the same in streams, frame by frame.

const CASES = casesOf('keras3-planes');
const isRandom = ({ name }: Case): boolean => name.startsWith('composition_');
const specOf = (one: Case): ModelSpec => fromKeras(bytesOf('keras3-planes', one));

describe('options', () => {
  it.each(CASES.filter((one) => !isRandom(one)).map((one) => [one.name, one] as const))('%s', async (_, one) => {
    await hold(one, specOf(one));
  });

  it('padding in front of a convolution is its own, so that it streams', async () => {
    const spec = specOf(CASES.find(({ name }) => name === 'causal') as Case);
    expect(spec.nodes.map(({ type, padding }: { type: string; padding?: unknown }) => [type, padding])).toEqual([
      ['conv2d', ['causal', [1, 1]]],
      ['activation', undefined],
      ['conv2d', ['causal', [0, 0]]],
    ]);
    expect(await streams(spec)).toBe(true);
  });
});

describe('compositions', () => {
  const all = CASES.filter(isRandom);
  const random = part(all, 4);
  it(`${random.length} of ${all.length}`, async () => {
    expect(all.length).toBeGreaterThanOrEqual(200);
    let streamed = 0;
    for (const one of random) {
      const spec = specOf(one);
      await hold(one, spec);
      if (await streams(spec)) streamed++;
    }
    expect(streamed).toBeGreaterThan(random.length / 7);
  });
});
