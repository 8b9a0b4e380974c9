import { describe, expect, it } from 'vitest';
import { createModel, SpecError } from '../../src/index.js';

// Layers around the recurrent ones at their edges: what just fits and what just does not, and which of them a stream can run.

type Given = { readonly name: string; readonly features: number; readonly kind?: 'vector'; readonly time?: number };
const SEQUENCE: Given = { name: 'x', features: 3 };
const FIXED: Given = { name: 'x', features: 3, time: 4 };
const VECTOR: Given = { name: 'v', features: 3, kind: 'vector' };

const modelOf = (node: object, ...inputs: Given[]) =>
  createModel({
    inputs,
    nodes: [{ name: 'y', inputs: inputs.map(({ name }) => name), ...node } as never],
    outputs: ['y'],
    tensors: {},
  });
async function refusal(node: object, ...inputs: Given[]): Promise<string> {
  const error: unknown = await modelOf(node, ...inputs).then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if ((error as Error).message !== 'nothing was thrown') expect(error).toBeInstanceOf(SpecError);
  return (error as Error).message;
}
const x = [
  [1, 2, 3],
  [4, 5, 6],
];

describe('a timestep of a fixed time', () => {
  it.each([3, 0, -1, -4])('%i is there', async (index) => {
    const model = await modelOf({ type: 'timestep', index }, FIXED);
    const rows = [0, 1, 2, 3].map((t) => [t, 10 * t, -t]);
    expect([...model.run(rows)]).toEqual([...Float32Array.from(rows.at(index) as number[])]);
  });
  it.each([4, -5])('%i is not', async (index) => {
    expect(await refusal({ type: 'timestep', index }, FIXED)).toBe(
      `node "y": no such timestep; expected from -4 to 3, got ${index}`,
    );
  });
});

describe('padding that reflects', () => {
  const pad = (axis: string, before: number, after: number) => ({ type: 'pad', axis, before, after, mode: 'reflect' });
  it.each([
    [2, 0],
    [0, 2],
    [2, 2],
  ])('%i and %i of three features', async (before, after) => {
    const model = await modelOf(pad('features', before, after), SEQUENCE);
    const row = [3, 2, 1, 2, 3, 2, 1].slice(2 - before, 5 + after);
    expect([...model.run([[1, 2, 3]])]).toEqual(row);
    expect([...model.createStream().step([1, 2, 3])]).toEqual(row);
  });
  it.each([
    ['features', SEQUENCE, 3],
    ['time', FIXED, 4],
  ] as const)('%s: no more than there is', async (axis, input, size) => {
    for (const [before, after] of [
      [size, 0],
      [0, size],
    ] as const)
      expect(await refusal(pad(axis, before, after), input)).toBe(
        `node "y": reflects more than there is; expected less than ${size}, got ${before}, ${after}`,
      );
    expect(await refusal(pad(axis, size - 1, size - 1), input)).toBe('nothing was thrown');
  });
});

describe('values that are broadcast', () => {
  const add = { type: 'add' };
  const named = (name: string, more: object = {}): Given => ({ name, features: 3, ...more });
  it.each<[string, Given[]]>([
    ['a vector behind', [SEQUENCE, VECTOR]],
    ['a vector before', [VECTOR, SEQUENCE]],
    ['a vector of one behind', [SEQUENCE, { ...VECTOR, features: 1 }]],
    ['a vector of one before', [{ ...VECTOR, features: 1 }, SEQUENCE]],
    ['one feature of many', [named('x', { features: 1 }), VECTOR]],
    ['one timestep behind', [SEQUENCE, named('v', { time: 1 })]],
    ['one timestep before', [named('v', { time: 1 }), SEQUENCE]],
  ])('%s', async (_, inputs) => {
    const model = await modelOf(add, ...inputs);
    const fed = Object.fromEntries(
      inputs.map(({ name, features, kind }) => [
        name,
        name === 'x'
          ? { data: x.flatMap((row) => row.slice(0, features)), shape: [1, 2, features] }
          : { data: [10, 20, 30].slice(0, features), shape: kind ? [1, features] : [1, 1, features] },
      ]),
    );
    const [a = 3, b = 3] = inputs.map(({ features }) => features);
    const [narrow, few] = [
      inputs.find(({ name }) => name === 'x')?.features,
      inputs.find(({ name }) => name === 'v')?.features,
    ];
    const width = Math.max(a, b);
    const wanted = x.flatMap((row) =>
      Array.from(
        { length: width },
        (_, j) => (row[narrow === 1 ? 0 : j] as number) + ([10, 20, 30][few === 1 ? 0 : j] as number),
      ),
    );
    const y = model.runNamed(fed as never).y;
    expect(y?.shape).toEqual([1, 2, width]);
    expect([...(y?.data ?? [])]).toEqual(wanted);
  });
  it.each<[string, Given[], string]>([
    [
      'other features',
      [SEQUENCE, named('v', { features: 2 })],
      'input "v" does not fit those before it; expected a sequence of 3, got a sequence of 2',
    ],
    [
      'other times',
      [FIXED, named('v', { time: 3 })],
      'input "v" does not fit those before it; expected a sequence of 3 with time 4, got a sequence of 3 with time 3',
    ],
    [
      'a fixed and the run’s',
      [SEQUENCE, named('v', { time: 3 })],
      'input "v" does not fit those before it; expected a sequence of 3, got a sequence of 3 with time 3',
    ],
  ])('%s do not fit', async (_, inputs, message) => {
    expect(await refusal(add, ...inputs)).toBe(`node "y": ${message}`);
  });
});

it('where: a condition and two values', async () => {
  const input = (name: string): Given => ({ name, features: 3 });
  expect(await refusal({ type: 'where' }, input('x'), input('z'))).toMatch(
    /^node "y": wrong number of inputs; expected \[condition, a, b\], got /,
  );
});

describe('sums of all before', () => {
  it('of features go step by step, of timesteps not', async () => {
    const features = await modelOf({ type: 'cumsum', axis: 'features' }, SEQUENCE);
    expect([...features.run(x)]).toEqual([1, 3, 6, 4, 9, 15]);
    expect([...features.createStream().step([4, 5, 6])]).toEqual([4, 9, 15]);
    const time = await modelOf({ type: 'cumsum', axis: 'time' }, SEQUENCE);
    expect([...time.run(x)]).toEqual([1, 2, 3, 5, 7, 9]);
    expect(() => time.createStream()).toThrow('adds up all timesteps before, which a stream does not keep');
  });
});

describe('what a stream can not run', () => {
  it.each<[object, string]>([
    [
      { type: 'pad', axis: 'time', before: 1, after: 0, mode: 'constant' },
      'adds timesteps, so it needs the whole sequence first',
    ],
    [{ type: 'slice', axis: 'time', start: 1 }, 'takes some of the timesteps, so it needs the whole sequence first'],
  ])('%o', async (node, reason) => {
    const model = await modelOf(node, SEQUENCE);
    expect(() => model.createStream()).toThrow(reason);
  });
  it.each<object>([
    { type: 'pad', axis: 'features', before: 1, after: 0, mode: 'constant' },
    { type: 'slice', axis: 'features', start: 1, count: 2 },
  ])('but %o', async (node) => {
    const model = await modelOf(node, SEQUENCE);
    const stream = model.createStream();
    expect(x.flatMap((row) => [...stream.step(row)])).toEqual([...model.run(x)]);
  });
});

describe('a window of thousands of millions of timesteps', () => {
  const rows = [1, 2, 3, 6].map((n) => [n, -n, 10 * n]);
  const window = { poolSize: 2 ** 31, stride: 1, padding: 'same_upper' };
  it.each([
    ['max_pool1d', {}, [6, -1, 60]],
    ['average_pool1d', {}, [3, -3, 30]],
    ['average_pool1d', { countPadding: true }, [12, -12, 120].map((sum) => sum / 2 ** 31)],
    ['max_pool1d', { dilation: 2, padding: [2 ** 31 - 2, 0] }, [1, -1, 10]],
  ])('%s %j', async (type, more, first) => {
    const poolSize = 'dilation' in more ? 2 ** 30 : 2 ** 31;
    const y = (await modelOf({ type, ...window, poolSize, ...more }, FIXED)).run(rows);
    expect([...y.subarray(0, 3)]).toEqual([...Float32Array.from(first)]);
  });
});
