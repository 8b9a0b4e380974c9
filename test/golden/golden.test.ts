import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkSpec } from '../../src/graph/check-spec.js';
import { allLayers } from '../../src/layers/all.js';
import { FRAMEWORKS, goldenCases } from './cases.js';
import { below, uniform } from './prng.js';

const folder = new URL('.', import.meta.url);
const manifest: { sha256: Record<string, string>; cases: Record<string, number> } = JSON.parse(
  readFileSync(new URL('manifest.json', folder), 'utf8'),
);

describe('the golden files', () => {
  it.each(Object.entries(manifest.sha256))('%s is as the manifest has it', (name, sha256) => {
    expect(
      createHash('sha256')
        .update(readFileSync(new URL(name, folder)))
        .digest('hex'),
    ).toBe(sha256);
  });

  it('stand in the manifest, all of them', () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(md|ts|sh|pyc)$|^manifest\.json$/.test(entry.name))
      .map((entry) => relative(fileURLToPath(folder), join(entry.parentPath, entry.name)));
    expect(files.sort()).toEqual(Object.keys(manifest.sha256).sort());
  });

  it.each(FRAMEWORKS)('%s: as many cases as the manifest says, each a valid spec', (framework) => {
    const cases = [...goldenCases(framework)];
    expect(cases.length).toBe(manifest.cases[framework]);
    for (const { spec } of cases) checkSpec(spec, allLayers);
  });
});

// The numbers stand in the generators' output; these were printed by `prng.py`.
describe('the numbers are those that Python made', () => {
  it('uniform', () => {
    expect([...uniform(7, 3, 0.3)]).toEqual([-0.29297715425491333, -0.262825071811676, 0.28614458441734314]);
  });
  it('below', () => {
    expect([...below(42, 4, 1000)]).toEqual([956, 290, 704, 805]);
  });
  it('seeds above 2^31', () => {
    expect([...below(0xffffffff, 3, 2 ** 31)]).toEqual([3850105811, 813802916, 3073704848].map((n) => n % 2 ** 31));
  });
});
