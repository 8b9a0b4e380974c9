import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
// @ts-expect-error Scripts have no types.
import { changed } from '../../scripts/mutants/copy.mjs';
// @ts-expect-error Scripts have no types.
import { draw, scoreOf } from '../../scripts/mutants/draw.mjs';
// @ts-expect-error Scripts have no types.
import { mutantsOf } from '../../scripts/mutants/kernels.mjs';
// @ts-expect-error Scripts have no types.
import { KNOWN } from '../mutants/known.mjs';

it('docs/tests.md lists every known wrong change, and the tests that notice them are there', () => {
  const page = readFileSync(new URL('../../docs/tests.md', import.meta.url), 'utf8');
  for (const { file, what, test, from, to } of KNOWN as Record<'file' | 'what' | 'test' | 'from' | 'to', string>[]) {
    expect(page).toContain(`| \`${file}\` | ${what.replaceAll('|', '\\|')} |`);
    expect(existsSync(test), test).toBe(true);
    // The place is still there, once.
    expect(changed(readFileSync(file, 'utf8'), from, to), `${file}: ${what}`).toBeDefined();
  }
});

it('changes one place alone', () => {
  expect(changed('a b c', 'b', 'd')).toBe('a d c');
  expect(changed('a b b', 'b', 'd')).toBeUndefined();
  expect(changed('a c', 'b', 'd')).toBeUndefined();
});

it('changes of kernels are each one small thing, and none is in a comment', () => {
  const text = ['// f32x4.add(a, b) >> 2', 'const sum = f32x4.add(a, b);', 'if (n & 3) src += stride;'].join('\n');
  const made = [...mutantsOf(text)] as { what: string; line: number; changed: string }[];
  expect(made.map(({ what, line, changed }) => [what, changed.split('\n')[line - 1]])).toEqual([
    ['another tail', 'if (n & 1) src += stride;'],
    ['no step by a stride', 'if (n & 3) src += 0;'],
    ['a condition turned', 'if (!(n & 3)) src += stride;'],
    ['subtracted', 'const sum = f32x4.sub(a, b);'],
  ]);
});

describe('a sample of changes', () => {
  const items = Array.from({ length: 200 }, (_, index) => index);

  it('is the same for a seed, another for another, in order, and holds any smaller one', () => {
    const drawn = draw(items, '80', '1') as number[];
    expect(draw(items, '80', '1')).toEqual(drawn);
    expect(draw(items, '80', '2')).not.toEqual(drawn);
    expect(new Set(drawn).size).toBe(80);
    expect(drawn).toEqual([...drawn].sort((a, b) => a - b));
    expect(drawn).toEqual(expect.arrayContaining(draw(items, '50', '1')));
    expect(draw(items, 'all', '1')).toEqual(items);
    expect(draw(items, '300', '1')).toEqual(items);
  });

  it('draws each as often as any other', () => {
    const times = new Array<number>(200).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      for (const item of draw(items, '20', String(seed)) as number[]) times[item] = (times[item] ?? 0) + 1;
    }
    // 200 expected; the deviation of a count is 13.4.
    expect(Math.min(...times)).toBeGreaterThan(140);
    expect(Math.max(...times)).toBeLessThan(260);
  });

  it('says how far the score of all may be from that of the sample', () => {
    // Wilson's interval of 50 of 100, of a whole without end.
    expect(scoreOf(50, 100, 1e9)).toBe('50.0 % (40.4–59.6)');
    expect(scoreOf(90, 100, 200)).toBe('90.0 % (85.0–93.4)');
    expect(scoreOf(90, 100, 100)).toBe('90.0 % (90.0–90.0)');
    expect(scoreOf(100, 100, 1e9)).toBe('100.0 % (96.3–100.0)');
  });
});
