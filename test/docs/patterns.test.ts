import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
// @ts-expect-error Scripts have no types.
import { findSlowPatterns } from '../../scripts/patterns/find.mjs';

const found = (text: string): string[] => findSlowPatterns('a.ts', text);

describe('regular expressions that can be slow', () => {
  it.each([
    ['/.*batch.*x/', '.* from every character on'],
    ['/\\0+$/', '\\0+ from every character on'],
    ['/^(a+)+$/', 'a+ within itself'],
    ['/^\\d+\\.?\\d*x/u', '\\d+ and \\d*'],
    ['/^\\s*,?\\s*$/', '\\s* and \\s*'],
  ])('%s', (pattern, part) => {
    expect(found(`\nconst is = (text: string): boolean => ${pattern}.test(text);`)).toContain(
      `a.ts:2  /${pattern.split('/')[1]}/: ${part}`,
    );
  });
  it.each(['/^a+b/', '/a[bc]d/', '/^[^/]+\\/x$/', '/\\d{1,9}$/', '/^\\s*x\\s*y/'])('not %s', (pattern) => {
    expect(found(`const is = ${pattern};`)).toEqual([]);
  });
  it('put together at run time', () => {
    expect(found("const is = new RegExp(name + '.*');")).toEqual([
      "a.ts:1  an expression put together at run time: new RegExp(name + '.*')",
    ]);
  });
  it('the package has none', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, ['scripts/check-sources.mjs'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  }, 30_000);
});
