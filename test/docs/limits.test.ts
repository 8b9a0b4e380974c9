import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { GatewiseError } from '../../src/errors.js';
import { DEFAULTS } from '../../src/importers/shared/budget.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const page = read('docs/limits.md');

/** What a number of the page or of the source comes to: `10_000`, `2 ** 26`, `2^26`, `1/16`. */
function figure(text: string): number {
  const [, a = '', operator, b = ''] = /^([\d_]+)(?:\s*(\*\*|\^|\/)\s*([\d_]+))?$/.exec(text.trim()) ?? [];
  const [left, right] = [a, b].map((one) => Number(one.replaceAll('_', '')));
  if (operator === undefined) return left as number;
  return operator === '/' ? (left as number) / (right as number) : (left as number) ** (right as number);
}

it('docs/limits.md says the defaults of an import as they are', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([\d/]+) \| ([\d^]+) \|/gm)];
  expect(
    Object.fromEntries(
      rows.map(([, kind, perByte, floor]) => [kind, [figure(perByte as string), figure(floor as string)]]),
    ),
  ).toEqual(DEFAULTS);
});

const constants = [...page.matchAll(/^\| (.*) \| ([\d_* ]+) \| `(\w+)` in `(src\/[\w/.-]+)` \|$/gm)];
it.each(constants.map(([, what, most, name, path]) => [what, most, name, path] as [string, string, string, string]))(
  'docs/limits.md says how many at most: %s',
  (_, most, name, path) => {
    const [, own = ''] = new RegExp(`^(?:export )?const ${name} = ([^;]+);`, 'm').exec(read(path)) ?? [];
    expect(own, `${name} in ${path}`).not.toBe('');
    expect(figure(most)).toBe(figure(own));
  },
);

it('every row of docs/limits.md that names a constant is looked at', () => {
  expect(constants.length).toBe(page.match(/^\| .*`\w+` in `src\//gm)?.length);
  expect(constants.length).toBeGreaterThan(10);
});

it('an error’s message has as many bytes as docs/limits.md says', () => {
  const [, most = ''] = /bytes of an error's message \| (\d+) \|/.exec(page) ?? [];
  for (const long of ['x'.repeat(10_000), 'é'.repeat(10_000), '😀'.repeat(10_000)]) {
    const { message } = new GatewiseError(long, { where: long, expected: long, got: long });
    expect(new TextEncoder().encode(message).length).toBeLessThanOrEqual(Number(most));
  }
});
