import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { emptyProject, readmeGiven } from './guides.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = existsSync(`${ROOT}docs`) ? readdirSync(`${ROOT}docs`).map((name) => `docs/${name}`) : [];
const PAGES = ['README.md', ...folder.filter((name) => name.endsWith('.md'))];

/** Every JavaScript sample of the pages that users read; each stands by itself. */
const samples = PAGES.flatMap((page) =>
  [...readFileSync(`${ROOT}${page}`, 'utf8').matchAll(/```js\n(.*?)```/gs)].map(([, code = ''], index) => ({
    name: `${page}, sample ${index + 1}`,
    code,
  })),
);

/** What a sample takes for given: a place and an input of the reader's. */
const GIVEN: Record<string, string> = { 'README.md, sample 1': readmeGiven };

describe('code samples run word for word', () => {
  it.each(samples)('$name', ({ name, code }) => {
    const project = emptyProject();
    symlinkSync(`${ROOT}examples`, join(project, 'examples'), 'junction');
    writeFileSync(join(project, 'sample.mjs'), (GIVEN[name] ?? '') + code);
    try {
      const printed = execFileSync(process.execPath, ['sample.mjs'], { cwd: project, encoding: 'utf8' });
      if (name === 'README.md, sample 2') {
        expect(printed).toMatch(/lstm.*\[time, 64\].*\n.*lstm.*\[time, 64\].*\n.*\[time, 7\]/);
        expect(printed).toMatch(/Float32Array\(7\) \[\s*-?\d/);
      }
    } finally {
      rmSync(project, { recursive: true });
    }
  });

  it('the first commands of the README are those for a clone', () => {
    const commands = [...readFileSync(`${ROOT}README.md`, 'utf8').matchAll(/^ {4}(\S.*?)\s*(?:#.*)?$/gm)];
    expect(commands.slice(0, 2).map(([, command]) => command)).toEqual([
      'npm ci && npm run demo',
      'npm ci && npm test',
    ]);
  });

  it('there are some in the README, the first of them short', () => {
    const own = samples.filter(({ name }) => name.startsWith('README'));
    expect(own.length).toBeGreaterThan(1);
    expect(own[0]?.code.trim().split('\n').length).toBeLessThanOrEqual(10);
  });
});
