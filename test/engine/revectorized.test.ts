import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builds } from '../support/builds.js';
import { INT8_HASH } from '../support/int8-stacks.js';
import { needs } from '../support/needs.js';
import { SIMD_HASH } from '../support/stacks.js';

/** V8 makes one 256-bit instruction of two neighbouring 128-bit ones where it can. Its first compiler does not, so that is left out. */
const FLAGS = ['--experimental-wasm-revectorize', '--no-liftoff'];
const { status } = spawnSync(process.execPath, [...FLAGS, '-e', '']);
const needsFlag = needs(status === 0, `Node ${process.versions.node} has no ${FLAGS[0]}`);

describe("V8's revectoriser", needsFlag, () => {
  const folder = mkdtempSync(join(tmpdir(), 'revectorized-'));
  const script = join(folder, 'hashes.mjs');
  beforeAll(async () => {
    await build({
      input: fileURLToPath(new URL('children/revectorized.ts', import.meta.url)),
      platform: 'node',
      output: { file: script, codeSplitting: false },
      logLevel: 'silent',
    });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const hashes = (...flags: string[]): Record<string, string> =>
    JSON.parse(execFileSync(process.execPath, [...flags, script], { encoding: 'utf8' }));

  it('changes no bit of any build', () => {
    const [plain, wide] = [hashes(), hashes(...FLAGS)];
    expect(Object.keys(wide)).toHaveLength(2 * builds.length);
    expect(wide).toEqual(plain);
    expect(wide).toMatchObject({ simd: SIMD_HASH, 'int8 simd': INT8_HASH });
    for (const name of builds) expect(wide[`int8 ${name}`]).toBe(INT8_HASH);
  });
});
