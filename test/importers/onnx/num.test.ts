import { describe, expect, it } from 'vitest';
import {
  dividedBy,
  exactQuotient,
  isSym,
  type Num,
  plus,
  sameNum,
  showSize,
  symbol,
  times,
} from '../../../src/importers/onnx/num.js';
import { below } from '../../golden/prng.js';

// Sizes as expressions of batch and time: whatever is made of them is, at every size, what the numbers make.

/** An expression at certain sizes. */
function at(n: Num, sizes: Readonly<Record<string, number>>): number {
  if (!isSym(n)) return n;
  const factors = n.factors.map((factor) =>
    typeof factor === 'string' ? (sizes[factor] as number) : Math.floor(at(factor.of, sizes) / factor.by),
  );
  return factors.reduce((a, b) => a * b, n.coef) + n.add;
}

const [time, batch] = [symbol('time'), symbol('batch')];

describe('ONNX, sizes', () => {
  it('that are equal are written alike, sums multiplied and quotients of quotients too', () => {
    const pooled = dividedBy(dividedBy(time, 2) as Num, 2) as Num;
    expect(showSize(pooled)).toBe('⌊time/4⌋');
    expect(showSize(dividedBy(plus(pooled, 3) as Num, 2))).toBe('⌊time+12/8⌋');
    const columns = plus(pooled, 1) as Num;
    const rows = times(columns, batch);
    expect(showSize(rows)).toBe('(⌊time/4⌋+1)×batch');
    expect(sameNum(times(batch, columns), rows)).toBe(true);
    expect(sameNum(exactQuotient(rows, batch), columns)).toBe(true);
    expect(sameNum(exactQuotient(rows, columns), batch)).toBe(true);
    expect(showSize(exactQuotient(times(rows, 6), times(columns, 2)))).toBe('3·batch');
    expect(exactQuotient(rows, time)).toBeUndefined();
    expect(exactQuotient(columns, batch)).toBeUndefined();
  });

  it.each(Array.from({ length: 60 }, (_, i) => i))('drawn by seed %i', (seed) => {
    const dice = below(977 * seed + 5, 40, 1 << 16);
    let next = 0;
    const draw = (limit: number): number => (dice[next++ % dice.length] as number) % limit;
    const sizes = { time: 3 + draw(40), batch: 1 + draw(5) };
    let [n, value]: [Num, number] = [time, sizes.time];
    for (let step = 0; step < 6; step++) {
      const by = 1 + draw(4);
      const [now, then]: [Num | undefined, number] = [
        [plus(n, by), value + by],
        [times(n, batch), value * sizes.batch],
        [dividedBy(n, by + 1), Math.floor(value / (by + 1))],
        [times(n, plus(time, by) as Num), value * (sizes.time + by)],
        [exactQuotient(times(n, batch), batch), value],
      ][draw(5)] as [Num | undefined, number];
      if (now === undefined) continue;
      [n, value] = [now, then];
      expect([showSize(n), at(n, sizes)]).toEqual([showSize(n), value]);
    }
  });
});
