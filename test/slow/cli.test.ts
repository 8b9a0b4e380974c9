import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { npyHeader } from '../../src/importers/formats/npy.js';
import { BIN, folder, put, putModel } from '../cli/here.js';
import { stack } from '../support/random.js';

const file = putModel('gru.gatewise', stack('gru', 4, 8));
const MEBI = 2 ** 20;
/** About a megabyte of rows. */
const ROWS = 40_000;
const block = Array.from({ length: ROWS }, (_, k) =>
  [1, 2, 3, 4].map((n) => Math.sin(k * n).toFixed(4)).join(','),
).join('\n');
const sayMost = put('most.mjs', "process.on('exit', () => console.error(process.resourceUsage().maxRSS * 1024));");

/** Most memory that the program took for so many megabytes of text. */
async function most(megabytes: number): Promise<number> {
  const output = join(folder, `${megabytes}.npy`);
  const args = ['--import', sayMost, BIN, 'run', file, '-i', '-', '-o', output];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'inherit', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const ended = once(child, 'close');
  for (let k = 0; k < megabytes; k++) if (!child.stdin.write(`${block}\n`)) await once(child.stdin, 'drain');
  child.stdin.end();
  expect(await ended).toEqual([0, null]);
  const { header } = npyHeader(readFileSync(output).subarray(0, 256), 'y');
  expect(header).toContain(`(1, ${megabytes * ROWS}, `);
  return Number(said);
}

it('a table of any size takes the same memory', async () => {
  const few = await most(10);
  const many = await most(100);
  expect(few).toBeGreaterThan(30 * MEBI);
  expect(many).toBeLessThan(few + 40 * MEBI);
  console.log(`10 MB of text: ${Math.round(few / MEBI)} MiB, 100 MB: ${Math.round(many / MEBI)} MiB`);
});
