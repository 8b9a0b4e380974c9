import { execFile, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { npy } from '../importers/npy.js';
import { needs } from '../support/needs.js';
import { stack } from '../support/random.js';
import { BIN, folder, put, putModel } from './here.js';

/** What only the built program's own process shows. */
const file = putModel('lstm.gatewise', stack('lstm', 2, 3));
const rows = put('rows.csv', `${'0.25,-1\n'.repeat(60_000)}`);
const posix = needs(process.platform !== 'win32', 'signals and devices of POSIX');
const full = needs(existsSync('/dev/full'), 'no /dev/full');
const parts = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.part'));

/** Names every file of the program that is loaded, on the standard error. */
const HOOKS = `export async function load(url, context, next) {
  if (url.includes('/dist/')) (await import('node:fs')).writeSync(2, url.split('/dist/')[1].replace('cli/', '') + '\\n');
  return next(url, context);
}`;
const hooks = pathToFileURL(put('hooks.mjs', HOOKS));
const TRACE = `${pathToFileURL(put('trace.mjs', `import { register } from 'node:module'; register('${hooks}');`))}`;

const start = (args: readonly string[], options: SpawnOptions = {}) => spawn(process.execPath, [BIN, ...args], options);
const shell = (command: string) =>
  spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    env: { ...process.env, G: `${process.execPath} ${BIN}`, M: file },
  });

/** Names of the program's files that a command loads. */
const loadedBy = async (...args: string[]): Promise<{ readonly stdout: string; readonly files: string[] }> => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', TRACE, BIN, ...args]);
  return { stdout, files: stderr.trim().split('\n').sort() };
};

it('loads no engine, no importer and no library of formats for its help, nor for that of a command', async () => {
  // What it costs is looked at by hand: tests assert no times.
  const own = ['commander.js', 'faults.js', 'main.js', 'rolldown-runtime.js', 'terminal.js'];
  const { stdout, files } = await loadedBy('--help');
  expect(stdout).toMatch(/^Usage: gatewise/);
  expect(files).toEqual(own);
  const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[| <| {2,})/gm)].map(([, name]) => name as string);
  expect(commands).toEqual(expect.arrayContaining(['inspect', 'run', 'trace', 'watch', 'serve', 'build']));
  const helps = await Promise.all(commands.map((command) => loadedBy(command, '--help')));
  helps.forEach((help, index) => {
    expect(help.stdout).toMatch(/^Usage: gatewise/);
    expect(help.files, commands[index]).toEqual(own);
  });
});

it('is a program: shebang, standard streams, exit codes', posix, () => {
  expect(readFileSync(BIN, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  const piped = shell('cat "$M" | $G inspect - --json | $G run "$M" -i - --format json');
  expect(piped.stderr).toMatch(/^gatewise: standard input, "format": no input/);
  expect(piped.status).toBe(1);
  expect(shell('echo 1,2 | $G run "$M" -i - | tail -1').stdout.split(',')).toHaveLength(3);
  expect(shell('$G run').status).toBe(2);
});

it('ends quietly when nobody reads on', posix, () => {
  const { stdout, stderr, status } = shell(`$G run "$M" -i ${rows} | head -2; exit \${PIPESTATUS:-0}`);
  expect(stdout.trim().split('\n')).toHaveLength(2);
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('ends quietly when nobody reads on: a module too', posix, () => {
  const { stdout, stderr, status } = shell('$G build "$M" -o - --json | head -c 20');
  expect([stdout, status]).toEqual(['export { createModel', 0]);
  expect(stderr).not.toMatch(/gatewise:|EPIPE/);
});

describe('no room', full, () => {
  it.each([
    [`-i ${rows} > /dev/full`, 'standard output'],
    [`-i ${rows} -o /dev/full --to csv`, 'file "/dev/full"'],
  ])('%s', (redirected, where) => {
    const { stderr, status } = shell(`$G run "$M" ${redirected}`);
    expect(stderr).toBe(`gatewise: ${where}: cannot be written; ENOSPC: no space left on device, write\n`);
    expect(status).toBe(1);
  });
});

it('--workers gives the bits of one run, in its order', posix, () => {
  const table = put('batch.csv', Array.from({ length: 60 }, (_, row) => `${Math.sin(row)},${row / 60}\n`).join(''));
  const cube = join(folder, 'cube.npy');
  const [alone, shared] = ['', '--workers 2'].map((more) => shell(`$G run "$M" -i ${table} --batch 3 ${more}`));
  expect(shared?.stderr).toBe('');
  expect(shared?.stdout).toBe(alone?.stdout);
  expect(alone?.stdout.split('\n')).toHaveLength(62);
  // Shapes too, and of arrays as of tables.
  const x = Float32Array.from({ length: 24 }, (_, index) => Math.cos(index));
  put('cube.npy', npy('<f4', [3, 4, 2], new Uint8Array(x.buffer)));
  const [one, two] = ['', '--workers 2'].map((more) => shell(`$G run "$M" -i ${cube} --json ${more}`));
  expect(two?.stderr).toBe('');
  expect(two?.stdout).toBe(one?.stdout);
  expect(JSON.parse(`${two?.stdout}`).head.shape).toEqual([3, 4, 3]);
});

it.each(['SIGINT', 'SIGTERM'] as const)('%s leaves no half of a file', posix, async (signal) => {
  const output = join(folder, `${signal}.csv`);
  const child = start(['run', file, '-i', '-', '-o', output], { stdio: ['pipe', 'inherit', 'inherit'] });
  const ended = new Promise<[number | null, string | null]>((done) => child.on('exit', (...how) => done(how)));
  child.stdin?.on('error', () => {});
  child.stdin?.write('0.25,-1\n'.repeat(50_000));
  while (parts().length === 0) await setTimeout(20);
  child.kill(signal);
  expect(await ended).toEqual([signal === 'SIGINT' ? 130 : 143, null]);
  expect(parts()).toEqual([]);
  expect(existsSync(output)).toBe(false);
});
