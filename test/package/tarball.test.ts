import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Tarball {
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

describe('the tarball', () => {
  let size: number;
  let paths: Set<string>;
  beforeAll(() => {
    // As built for these tests; scripts/check-package.mjs packs an unbuilt clone.
    const command = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const printed = execFileSync('npm', command, { cwd: ROOT, encoding: 'utf8', shell: process.platform === 'win32' });
    const [tarball] = JSON.parse(printed) as [Tarball];
    size = tarball.size;
    paths = new Set(tarball.files.map(({ path }) => path));
  }, 120_000);

  it('has what package.json exports', () => {
    const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
    const filesOf = (target: string | object): string[] =>
      typeof target === 'string' ? [target] : Object.values(target).flatMap(filesOf);
    const targets = filesOf(exports);
    expect(targets).toContain('./dist/index-node.js');
    expect(targets.filter((target) => !paths.has(target.replace('./', '')))).toEqual([]);
  });

  it('has the code, its sources once, and what there is to read; no tests, no build', () => {
    const places = new Set([...paths].map((path) => (path.includes('/') ? `${path.split('/')[0]}/` : path)));
    expect([...places].sort()).toEqual([
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'dist/',
      'docs/',
      'package.json',
      'src/',
    ]);
    for (const path of paths) {
      if (!path.endsWith('.map')) continue;
      const map = JSON.parse(readFileSync(ROOT + path, 'utf8'));
      expect(map.sourcesContent).toBeUndefined();
      const sources = map.sources.map((name: string) => new URL(name, `file:///${path}`).pathname.slice(1));
      expect(sources.filter((source: string) => !paths.has(source))).toEqual([]);
    }
  });

  it('is of a size that nobody minds', () => expect(size).toBeLessThan(2700 * 1024));
});
