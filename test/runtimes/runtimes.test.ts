import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIMD_HASH } from '../support/stacks.js';

/** Other runtimes, taken from the PATH; each skipped by name where it is not there. */
const RUNTIMES = [
  { name: 'Deno', command: 'deno', run: ['run', '--no-config', '--no-lock'] },
  { name: 'Bun (JavaScriptCore)', command: 'bun', run: ['run'] },
];

function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatewise-'));
  bundle = join(folder, 'smoke.mjs');
  const entry = fileURLToPath(new URL('smoke.ts', import.meta.url));
  await build({ input: entry, output: { file: bundle, codeSplitting: false }, logLevel: 'silent' });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(RUNTIMES)('$name', ({ command, run }) => {
  it.runIf(isInstalled(command))('loads the embedded kernels and gives the committed bits', () => {
    const printed = execFileSync(command, [...run, bundle], { cwd: folder, encoding: 'utf8' });
    const { hash, build: chosen, relaxed, difference } = JSON.parse(printed);
    expect(hash).toBe(SIMD_HASH);
    expect(chosen).toBe(relaxed ? 'relaxed' : 'simd');
    expect(difference).toBeLessThan(2e-6);
  });
});
