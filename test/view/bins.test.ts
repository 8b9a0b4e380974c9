import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bins, binned, binSizes, coarser } from '../../src/view/bins.js';
import { decode, encode } from '../../src/view/codes.js';
import { fairShare } from '../../src/view/contents.js';
import { scaleOf } from '../../src/view/scale.js';
import { randomFloats } from '../support/random.js';

/** The smallest and the largest of the numbers of each bin, by looking at each for every bin. */
function slowly(data: Float32Array, { columns, rows, columnsPerBin, rowsPerBin }: Bins): [number[], number[]] {
  const low: number[] = [];
  const high: number[] = [];
  for (let row = 0; row < rows; row += rowsPerBin) {
    for (let column = 0; column < columns; column += columnsPerBin) {
      const own = [...data].filter((n, at) => {
        const [c, r] = [Math.floor(at / rows), at % rows];
        const within = c >= column && c < column + columnsPerBin && r >= row && r < row + rowsPerBin;
        return within && !Number.isNaN(n);
      });
      low.push(own.length > 0 ? Math.min(...own) : Number.NaN);
      high.push(own.length > 0 ? Math.max(...own) : Number.NaN);
    }
  }
  return [low, high];
}

const sizes = { columns: fc.integer({ min: 1, max: 30 }), rows: fc.integer({ min: 1, max: 12 }) };
const numbers = fc.oneof({ weight: 8, arbitrary: fc.float({ noNaN: true }) }, fc.constant(Number.NaN));

describe('bins', () => {
  it('keep the smallest and the largest of what is in them, and no NaN beside a number', () => {
    fc.assert(
      fc.property(
        fc.record({ ...sizes, most: fc.integer({ min: 1, max: 400 }) }).chain((shape) =>
          fc.record({
            shape: fc.constant(shape),
            data: fc.array(numbers, { minLength: shape.columns * shape.rows, maxLength: shape.columns * shape.rows }),
          }),
        ),
        ({ shape, data }) => {
          const floats = Float32Array.from(data);
          const bins = binned(floats, shape.columns, shape.rows, shape.most);
          expect(bins.low.length).toBeLessThanOrEqual(shape.most);
          const [low, high] = slowly(floats, bins);
          // 0 and -0 are one number.
          expect([...bins.low].map((n) => n + 0)).toEqual(low.map((n) => n + 0));
          expect([...bins.high].map((n) => n + 0)).toEqual(high.map((n) => n + 0));
        },
      ),
    );
  });

  it('are the same in one go and in two', () => {
    const data = randomFloats(60 * 12, 1);
    const first = binned(data, 60, 12, 60 * 12);
    expect(first.high).toBe(first.low);
    expect([...first.low].slice(0, 60)).toEqual(Array.from({ length: 60 }, (_, column) => data[column * 12]));
    const twice = coarser(coarser(first, 3, 2), 2, 1);
    expect([twice.columnsPerBin, twice.rowsPerBin]).toEqual([6, 2]);
    const [low, high] = slowly(data, twice);
    expect([[...twice.low], [...twice.high]]).toEqual([low, high]);
  });

  it('are no smaller than need be, and as even on a screen as may be', () => {
    expect(binSizes(100, 64, 6400)).toEqual({ columnsPerBin: 1, rowsPerBin: 1 });
    expect(binSizes(100, 64, 6399)).not.toEqual({ columnsPerBin: 1, rowsPerBin: 1 });
    const { columnsPerBin, rowsPerBin } = binSizes(10_000, 512, 130_000);
    expect([columnsPerBin, rowsPerBin]).toEqual([9, 5]);
    expect(binSizes(1_000_000, 1, 1000)).toEqual({ columnsPerBin: 1000, rowsPerBin: 1 });
    expect(binSizes(1, 5000, 10)).toEqual({ columnsPerBin: 1, rowsPerBin: 500 });
  });

  it('are shared out fairly: the small ones stay whole', () => {
    expect(fairShare([10, 20, 30], 60)).toBe(30);
    expect(fairShare([10, 1000, 1000], 110)).toBe(50);
    expect(fairShare([1000, 1000], 100)).toBe(50);
    expect(fairShare([], 100)).toBe(0);
  });
});

describe('codes', () => {
  it('are within half a 65,532nd of the range; NaN, infinities and both ends are exact', () => {
    const low = Float32Array.of(-3, 0.1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5);
    const high = Float32Array.from(randomFloats(100_000, 2));
    const read = decode(encode(low, high));
    low.forEach((n, at) => {
      if (at !== 1) expect(read.low[at]).toBe(n);
    });
    const [error, allowed] = [[low, read.low] as const, [high, read.high] as const].reduce(
      ([worst, allowed], [from, to]) => [
        from.reduce(
          (most, n, at) => (Number.isFinite(n) ? Math.max(most, Math.abs(n - (to[at] as number))) : most),
          worst,
        ),
        allowed,
      ],
      [0, 8 / 65_532 / 2 + 1e-6],
    );
    expect(error).toBeLessThanOrEqual(allowed);
    expect(error).toBeGreaterThan(0);
  });

  it('of one array are there once, and of no finite number nothing is made up', () => {
    const one = Float32Array.of(1, 2, 3);
    expect(encode(one, one).high).toBeUndefined();
    const read = decode(encode(one, one));
    expect(read.high).toBe(read.low);
    const none = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY);
    expect([...decode(encode(none, none)).low]).toEqual([...none]);
    const same = Float32Array.of(0.25, 0.25);
    expect([...decode(encode(same, same)).low]).toEqual([0.25, 0.25]);
  });
});

describe('scales', () => {
  const of = (name: string, kind: 'gate' | 'state' | 'output', ...numbers: number[]) =>
    scaleOf({ name, kind }, [Float32Array.from(numbers)]);
  it.each(['i', 'f', 'o', 'r', 'z', 'forward.i'])('0…1 of gate %s', (name) => {
    expect(of(name, 'gate', 0.4, 0.6)).toEqual({ type: 'sequential', low: 0, high: 1 });
  });
  it.each([
    ['g', 'gate'],
    ['n', 'gate'],
    ['h', 'state'],
    ['backward.h', 'state'],
  ] as const)('−1…1 around zero of %s', (name, kind) => {
    expect(of(name, kind, 0.4, 0.6)).toEqual({ type: 'diverging', low: -1, high: 1 });
  });
  it('as far as the values go of all others, and of other activations', () => {
    expect(of('c', 'state', -3, 2, Number.NaN)).toEqual({ type: 'diverging', low: -3, high: 3 });
    expect(of('h', 'state', 0, 7)).toEqual({ type: 'sequential', low: 0, high: 7 });
    expect(of('i', 'gate', -0.5, 0.2)).toEqual({ type: 'diverging', low: -0.5, high: 0.5 });
    expect(of('y', 'output', 0, 0.3)).toEqual({ type: 'sequential', low: 0, high: Math.fround(0.3) });
    expect(of('i', 'output', -2, Number.POSITIVE_INFINITY)).toEqual({ type: 'diverging', low: -2, high: 2 });
    expect(of('y', 'output', 0, 0)).toEqual({ type: 'sequential', low: 0, high: 1 });
  });
});
