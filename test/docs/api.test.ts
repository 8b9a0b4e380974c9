import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../support/needs.js';
import { whenThorough } from '../support/thorough.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
const installed = existsSync(`${ROOT}scripts/api/node_modules`);

describe('the API reference', needs(installed, 'npm ci --prefix scripts/api was not run'), () => {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has every entry, and everything that an entry exports', whenThorough, async () => {
    execFileSync(process.execPath, [`${ROOT}scripts/api/write.mjs`, folder], { encoding: 'utf8' });
    for (const [name, target] of Object.entries(exports as Record<string, { default?: string }>)) {
      if (!target.default?.endsWith('.js')) continue;
      // Markdown's own signs are escaped in names.
      const page = readFileSync(join(folder, `gatewise${name.slice(1)}.md`), 'utf8').replaceAll('\\_', '_');
      expect(page).toContain(`# gatewise${name.slice(1)}\n`);
      const missing = Object.keys(await import(`${ROOT}${target.default}`)).filter(
        (exported) => !new RegExp(`^### ${exported}\\b`, 'm').test(page),
      );
      expect([name, missing]).toEqual([name, []]);
    }
    const core = readFileSync(join(folder, 'gatewise.md'), 'utf8');
    // What a method throws is told by the error's name.
    expect(core).toMatch(/##### step\(\)[\s\S]*?`InputError` wrong length or type[\s\S]*?`DisposedError`/);
    expect(core).not.toContain('@internal');
  });
});
