import { describe, expect, it } from 'vitest';
import { ctcBeam, ctcGreedy } from '../../src/decode/index.js';
import { createModel } from '../../src/index.js';
import { uniform } from '../golden/prng.js';
import { softmax } from '../reference/ctc.js';

const [BATCH, TIME, CLASSES] = [3, 7, 4];
const data = uniform(11, BATCH * TIME * CLASSES, 6);
const at = (b: number, t: number, c: number): number => data[(b * TIME + t) * CLASSES + c] as number;
const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const nested = range(BATCH).map((b) => range(TIME).map((t) => range(CLASSES).map((c) => at(b, t, c))));
const options = { scores: 'logits', blank: 'last', alphabet: 'xyz' } as const;
const wanted = ctcBeam(nested, { ...options, results: 4 });

describe('an output is read alike in all its forms', () => {
  const decode = (output: Parameters<typeof ctcBeam>[0]) => ctcBeam(output, { ...options, results: 4 });

  it('nested, with a shape, and with axes in any order', () => {
    expect(wanted).toHaveLength(BATCH);
    expect(wanted[0]).toHaveLength(4);
    expect(decode({ data, shape: [BATCH, TIME, CLASSES] })).toEqual(wanted);
    const timeFirst = range(TIME).flatMap((t) => range(BATCH).flatMap((b) => range(CLASSES).map((c) => at(b, t, c))));
    const axes = ['time', 'batch', CLASSES] as const;
    expect(decode({ data: timeFirst, shape: [TIME, BATCH, CLASSES], axes })).toEqual(wanted);
    const channels = range(BATCH).flatMap((b) => range(CLASSES).flatMap((c) => range(TIME).map((t) => at(b, t, c))));
    expect(decode({ data: channels, shape: [BATCH, CLASSES, 1, TIME], axes: ['batch', CLASSES, 1, 'time'] })).toEqual(
      wanted,
    );
  });

  it('one row: without a batch, and flat', () => {
    for (const [b, row] of nested.entries()) {
      const own = [wanted[b]];
      expect(decode(row)).toEqual(own);
      expect(decode(row.map((frame) => Float64Array.from(frame)))).toEqual(own);
      const flat = Float32Array.from(row.flat());
      expect(decode({ data: flat, shape: [TIME, CLASSES] })).toEqual(own);
      expect(decode({ data: flat, shape: [TIME, CLASSES], axes: ['time', CLASSES] })).toEqual(own);
      expect(ctcBeam(flat, { ...options, results: 4, classes: CLASSES })).toEqual(own);
    }
  });

  it('as logits, probabilities and their logarithms', () => {
    const probs = nested.map((row) => row.map(softmax));
    const same = [
      ctcBeam(probs, { ...options, scores: 'probs' }),
      ctcBeam(
        probs.map((row) => row.map((frame) => frame.map(Math.log))),
        { ...options, scores: 'log-probs' },
      ),
    ];
    for (const found of same) {
      found.forEach(([best], row) => {
        expect(best?.text).toBe(wanted[row]?.[0]?.text);
        expect(best?.logProb).toBeCloseTo(wanted[row]?.[0]?.logProb as number, 10);
      });
    }
  });

  it('up to the length of each row, none at all too', () => {
    const lengths = [TIME, 3, 0];
    const found = ctcBeam(nested, { ...options, lengths });
    expect(found[0]?.[0]).toEqual(wanted[0]?.[0]);
    expect(found[1]).toEqual(ctcBeam((nested[1] ?? []).slice(0, 3), options)[0]);
    expect(found[2]).toEqual([{ labels: [], text: '', logProb: 0, score: 0, symbols: [] }]);
    expect(ctcGreedy(nested, { ...options, lengths })[2]).toEqual({ labels: [], text: '', logProb: 0, symbols: [] });
    expect(ctcGreedy({ data: [], shape: [0, 4] }, options)).toHaveLength(1);
  });

  it('as a model gives it, whose axes come along', async () => {
    const spec = {
      inputs: [{ name: 'x', features: CLASSES }],
      nodes: [{ type: 'activation', name: 'y', inputs: ['x'], activation: 'linear' }],
      outputs: ['y'],
      layouts: { y: { axes: ['time', 'batch', CLASSES] } },
      tensors: {},
    } as const;
    const model = await createModel(spec);
    const { y } = model.runNamed({ x: nested });
    expect(y?.axes).toEqual(['time', 'batch', CLASSES]);
    expect(decode(y as NonNullable<typeof y>)).toEqual(wanted);
    model.dispose();
  });
});

describe('the alphabet', () => {
  const frames = [
    [0, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ];
  const text = (alphabet: string | readonly string[], blank: number | 'last'): string | undefined =>
    ctcGreedy(frames, { scores: 'probs', blank, alphabet })[0]?.text;

  it('has a symbol for the blank or none; code points are symbols, and symbols may be words', () => {
    expect(text('ab', 0)).toBe('ba');
    expect(text('-ab', 0)).toBe('ba');
    expect(text('ab', 1)).toBe('ba');
    expect(text('ab', 'last')).toBe('ab');
    expect(text('😀é', 0)).toBe('é😀');
    expect(text(['one ', 'two '], 0)).toBe('two one ');
    expect(ctcGreedy(frames, { scores: 'probs', blank: 0 })[0]).toEqual({
      labels: [2, 1],
      logProb: 0,
      symbols: [
        { label: 2, start: 0, end: 1, logProb: 0 },
        { label: 1, start: 2, end: 3, logProb: 0 },
      ],
    });
  });
});

describe('a search', () => {
  it('asks the language model once of each prefix and label while the prefix is kept', () => {
    const asked: string[] = [];
    const score = (prefix: readonly number[], next: number): number => {
      asked.push(`${prefix} ${next}`);
      return -1;
    };
    ctcBeam(nested, { ...options, alphabet: 'xyz', width: 5000, score });
    // Three rows, whose prefixes are others' too.
    const counts = new Map<string, number>();
    for (const one of asked) counts.set(one, (counts.get(one) ?? 0) + 1);
    expect(Math.max(...counts.values())).toBe(BATCH);
  });

  it('never gives what the language model forbids, and nothing where it forbids all', () => {
    const [found = []] = ctcBeam(nested[0] as number[][], {
      ...options,
      width: 5000,
      results: 50,
      score: (prefix, next) => (next === 1 || prefix.length > 2 ? -Infinity : 0),
    });
    expect(found.length).toBeGreaterThan(5);
    for (const { labels } of found) expect(labels.includes(1) || labels.length > 3).toBe(false);
    const sure = [[1, 0]];
    expect(ctcBeam(sure, { scores: 'probs', blank: 'last', score: () => -Infinity })).toEqual([[]]);
  });

  it('follows a prefix by no more than so many labels a timestep', () => {
    const all = ctcBeam(nested, { ...options, labels: CLASSES - 1 });
    expect(all).toEqual(ctcBeam(nested, options));
    const [found = []] = ctcBeam(nested[0] as number[][], { ...options, labels: 1, width: 100, results: 100 });
    const likeliest = (nested[0] ?? []).map((frame) => frame.indexOf(Math.max(...frame.slice(0, -1))));
    expect(found.length).toBeGreaterThan(5);
    for (const { labels } of found) {
      // In order, each from a timestep of its own.
      const left = [...likeliest];
      for (const label of labels) expect(left.splice(0, left.indexOf(label) + 1)).toContain(label);
    }
  });

  it('does not underflow in a thousand timesteps', () => {
    const long = range(1200).map((t) => (t % 2 === 0 ? [0.4, 0.6] : [0.6, 0.4]));
    const [best] = ctcBeam(long, { scores: 'probs', blank: 0, width: 8 })[0] ?? [];
    const [path] = ctcGreedy(long, { scores: 'probs', blank: 0 });
    expect(path?.logProb).toBeCloseTo(1200 * Math.log(0.6), 6);
    expect(best?.logProb).toBeGreaterThan(path?.logProb as number);
    expect(best?.logProb).toBeLessThan(0);
    expect(best?.labels.length).toBeGreaterThan(100);
  });
});
