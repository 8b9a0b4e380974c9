import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
// @ts-expect-error Scripts have no types.
import { changed } from '../../scripts/mutants/copy.mjs';
// @ts-expect-error Scripts have no types.
import { mutantsOf } from '../../scripts/mutants/kernels.mjs';
// @ts-expect-error Scripts have no types.
import { KNOWN } from '../mutants/known.mjs';

it('docs/tests.md lists every known wrong change, and the tests that notice them are there', () => {
  const page = readFileSync(new URL('../../docs/tests.md', import.meta.url), 'utf8');
  for (const { file, what, test } of KNOWN as { file: string; what: string; test: string }[]) {
    expect(page).toContain(`| \`${file}\` | ${what.replaceAll('|', '\\|')} |`);
    expect(existsSync(test), test).toBe(true);
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
