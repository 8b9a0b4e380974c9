import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/importers/shared/budget.js';
import { limitsOf } from '../../../src/importers/shared/limits.js';
import { refusal } from '../support.js';

describe('the budget of an import', () => {
  it.each([
    ['bytes', 2 ** 26, 16],
    ['operations', 2 ** 27, 32],
    ['nodes', 2 ** 18, 1 / 16],
    ['characters', 2 ** 25, 8],
  ] as const)('%s: %d at least, in proportion to the file', (kind, floor, perByte) => {
    const small = new Budget(1000);
    small[kind](floor - 1, 'a');
    small[kind](1, 'b');
    small[kind](0, 'c');
    expect(refusal(() => small[kind](1, 'tensor "w"'))).toBe(
      `tensor "w": too many ${kind} for a file of 1000 bytes; expected at most ${floor} in all; limits.${kind} allows more, got ${floor + 1}`,
    );
    const large = new Budget(2 ** 30);
    large[kind](perByte * 2 ** 30, 'a');
    expect(refusal(() => large[kind](1, 'b'))).toMatch(`at most ${perByte * 2 ** 30} in all`);
  });

  it('the kinds are counted apart, each by a limit of its own if one is given', () => {
    const budget = new Budget(0, { bytes: 10, nodes: Number.POSITIVE_INFINITY });
    budget.bytes(10, 'a');
    budget.operations(2 ** 27, 'a');
    budget.nodes(1e300, 'a');
    expect(refusal(() => budget.bytes(1, 'a'))).toMatch('at most 10 in all; limits.bytes allows more, got 11');
    expect(refusal(() => budget.operations(1, 'a'))).toMatch('too many operations');
  });

  it('what is refused is not spent', () => {
    const budget = new Budget(0, { bytes: 10 });
    refusal(() => budget.bytes(11, 'a'));
    budget.bytes(10, 'a');
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('%d is refused', (count) => {
    expect(refusal(() => new Budget(0).bytes(count, 'a'))).toMatch('too many bytes');
  });
});

describe('limits among options', () => {
  it('are given back', () => {
    const limits = { bytes: 0, operations: Number.POSITIVE_INFINITY, nodes: undefined };
    expect(limitsOf({ limits })).toBe(limits);
    expect(limitsOf({})).toBeUndefined();
    expect(limitsOf(undefined)).toBeUndefined();
    expect(limitsOf(3)).toBeUndefined();
  });
  it.each([
    [{ bites: 1 }],
    [{ bytes: '1' }],
    [{ bytes: -1 }],
    [{ bytes: Number.NaN }],
    [[]],
    [null],
    [{ toString: 1 }],
  ])('%j is refused', (limits) => {
    expect(refusal(() => limitsOf({ limits }))).toMatch(
      'options.limits: not usable; expected { bytes, operations, nodes, characters }, each a number of at least 0',
    );
  });
  it('no other option is known', () => {
    expect(refusal(() => limitsOf({ limit: {} }))).toBe('options: unknown field; expected limits, got "limit"');
  });
});
