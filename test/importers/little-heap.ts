import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/**
 * Runs a module in a process of its own with a heap of 256 MB, which is ended should it hang.
 * @param folder where the module is written.
 * @param flags of Node, beside the heap's.
 * @returns what the module printed, which is JSON.
 */
export function runInLittleHeap<Told>(folder: string, script: string, ...flags: string[]): Told {
  const path = join(folder, 'read.mjs');
  writeFileSync(path, script);
  const child = spawnSync(process.execPath, [...flags, '--max-old-space-size=256', path], {
    encoding: 'utf8',
    timeout: 120_000,
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  expect(child.signal, 'the reader hangs').toBeNull();
  expect(child.status, child.stderr).toBe(0);
  return JSON.parse(child.stdout);
}
