import { beforeAll, expect, it } from 'vitest';
import { type Conformance, conformHere, expectConforms } from './conformance.js';
import type { Answers } from './suite.js';

let conformance: Conformance;
let right: Answers;
beforeAll(async () => {
  conformance = await conformHere(20);
  const { here } = conformance;
  const streams = Object.entries(here.streams).map(([name, { unbroken }]) => [name, unbroken]);
  right = { ...here, resumed: Object.fromEntries(streams) };
});

/** The first entry of a record, changed. */
const withFirst = <Value>(record: Readonly<Record<string, Value>>, change: (value: Value) => Value) => {
  const [[name, value]] = Object.entries(record) as [[string, Value]];
  return { ...record, [name]: change(value) };
};

it('the suite takes the answers of this Node', () => expectConforms(conformance, right));

it.each<[string, (answers: Answers) => Partial<Answers>]>([
  ['one bit of the stacks', ({ stacks }) => ({ stacks: stacks.map((byte, at) => (at === 100 ? byte ^ 1 : byte)) })],
  ['one bit of int8', ({ int8 = [] }) => ({ int8: int8.map((byte, at) => (at === 100 ? byte ^ 1 : byte)) })],
  ['outputs of a golden case', ({ golden }) => ({ golden: withFirst(golden, (one) => ({ ...one, bits: '0' })) })],
  ['gates of a golden case', ({ golden }) => ({ golden: withFirst(golden, (one) => ({ ...one, gates: '0' })) })],
  ['NaN in a golden case', ({ golden }) => ({ golden: withFirst(golden, (one) => ({ ...one, off: Number.NaN })) })],
  ['a golden case too few', ({ golden }) => ({ golden: Object.fromEntries(Object.entries(golden).slice(1)) })],
  ['a build far from the other', ({ chosen }) => ({ chosen: { ...chosen, difference: 1e-5 } })],
  ['no stream resumed', () => ({ resumed: {} })],
  ['a stream resumed otherwise', ({ resumed }) => ({ resumed: withFirst(resumed, () => '0') })],
  ['streams not asked', () => ({ streams: {} })],
  ['other bytes saved', ({ streams }) => ({ streams: withFirst(streams, (one) => ({ ...one, saved: [1, 2] })) })],
])('and notices %s', async (_, change) => {
  await expect(expectConforms(conformance, { ...right, ...change(right) })).rejects.toThrow();
});
