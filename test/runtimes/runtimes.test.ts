import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INT8_HASH } from '../support/int8-stacks.js';
import { SIMD_HASH } from '../support/stacks.js';
import { bundle, newFolder } from './bundles.js';
import { oneOfEach } from './files.js';
import { freePort, needsCommand, post } from './here.js';
import { openAll } from './importers.js';

/** Other runtimes, taken from the PATH; each skipped by name where it is not there. */
const SHELLS = [
  { name: 'Deno', command: 'deno', run: ['run', '--no-config', '--no-lock'] },
  { name: 'Bun (JavaScriptCore)', command: 'bun', run: ['run'] },
];

interface Answer {
  readonly smoke: { hash: string; int8: string; build: string; relaxed: boolean; difference: number };
  readonly opened: Record<string, string>;
}

const files = oneOfEach();
let folder: string;
let here: Record<string, string>;

beforeAll(async () => {
  folder = newFolder();
  here = await openAll(files);
  expect(Object.keys(here)).toHaveLength(12);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(SHELLS)('$name', ({ command, run }) => {
  it(
    'gives the committed bits, and opens a file of every format to the bits of Node',
    needsCommand(command),
    async () => {
      const script = join(folder, 'shell.mjs');
      const code = readFileSync(await bundle(folder, 'shell.ts'), 'utf8');
      writeFileSync(script, `globalThis.FILES = ${JSON.stringify(files)};\n${code}`);
      const printed = execFileSync(command, [...run, script], { cwd: folder, encoding: 'utf8' });
      const { smoke, opened }: Answer = JSON.parse(printed);
      expect(smoke.hash).toBe(SIMD_HASH);
      expect(smoke.int8).toBe(INT8_HASH);
      expect(smoke.build).toBe(smoke.relaxed ? 'relaxed' : 'simd');
      expect(smoke.difference).toBeLessThan(2e-6);
      expect(opened).toEqual(here);
    },
  );
});

describe('workerd (Cloudflare Workers)', () => {
  it('with the kernels imported as a module: the same', needsCommand('workerd'), async () => {
    await bundle(folder, 'worker.ts');
    for (const name of ['simd.wasm', 'int8-simd.wasm']) {
      copyFileSync(new URL(`../../dist/kernels/${name}`, import.meta.url), join(folder, name));
    }
    const port = await freePort();
    writeFileSync(
      join(folder, 'worker.capnp'),
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.mjs"), (name = "simd.wasm", wasm = embed "simd.wasm"), (name = "int8-simd.wasm", wasm = embed "int8-simd.wasm")],
  compatibilityDate = "2025-01-01"
);
`,
    );
    const server = spawn('workerd', ['serve', 'worker.capnp'], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    try {
      const { status, text } = await post(`http://127.0.0.1:${port}`, JSON.stringify(files));
      expect(status, text).toBe(200);
      const { smoke, opened }: Answer = JSON.parse(text);
      expect(smoke.hash).toBe(SIMD_HASH);
      expect(smoke.int8).toBe(INT8_HASH);
      expect(smoke.build).toBe('simd');
      expect(opened).toEqual(here);
    } finally {
      server.kill();
    }
  });
});
