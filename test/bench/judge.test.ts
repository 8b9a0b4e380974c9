import { describe, expect, it } from 'vitest';

const { judge } = await import(new URL('../../bench/support/judge.mjs', import.meta.url).href);

/** Rounds whose own noise is the same on both sides, times `factor` after. */
const NOISE = [1, 1.3, 1.02, 1.01, 2.4, 1.04, 1.1];
const rounds = (factor: number): [number[], number[]] => [NOISE, NOISE.map((value) => factor * value)];

describe('what becomes over 5 % slower', () => {
  it('is said', () => {
    expect(judge(...rounds(1.06))).toMatchObject({ slower: true, faster: false });
    expect(judge(...rounds(1.06)).ratio.median).toBeCloseTo(1.06, 12);
  });

  it('and what becomes faster; neither below that', () => {
    expect(judge(...rounds(0.9))).toMatchObject({ slower: false, faster: true });
    for (const factor of [0.96, 1, 1.04])
      expect(judge(...rounds(factor))).toMatchObject({ slower: false, faster: false });
  });

  it('drift that both sides see is not slowness', () => {
    const drift = [1, 1.5, 2, 2.5, 3];
    expect(judge(drift, drift).slower).toBe(false);
  });

  it('a machine that was busy in most rounds of one side is not slowness: its fastest round is as fast', () => {
    expect(judge([1, 1, 1, 1, 1], [1.4, 1.2, 1, 1.3, 1.5]).slower).toBe(false);
  });

  it('one lucky round before is not slowness: most rounds are as fast', () => {
    expect(judge([0.8, 1, 1, 1, 1], [1, 1, 1, 1, 1]).slower).toBe(false);
  });

  it('slower in each round is said, however the rounds drift', () => {
    expect(judge([1, 2, 1.5], [1.1, 2.2, 1.65]).slower).toBe(true);
  });
});
