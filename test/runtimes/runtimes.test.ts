import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundle } from './bundles.js';
import { type Conformance, conformHere, expectConforms } from './conformance.js';
import { freePort, needsCommand, needsNode, needsWrangler, nodePath, post, QUIET, wranglerPath } from './here.js';
import { newProject, putQuestions, putSuite } from './project.js';
import type { Answers } from './suite.js';

let conformance: Conformance;

beforeAll(async () => {
  conformance = await conformHere();
}, 120_000);

/** A project with the suite, and a script that asks it. */
async function projectOf(entry: string): Promise<string> {
  const project = newProject();
  await putSuite(project, new URL(`entries/${entry}`, import.meta.url));
  putQuestions(project, conformance.asked);
  return project;
}

describe('scripts conform', () => {
  let project: string;
  beforeAll(async () => {
    project = await projectOf('shell.mjs');
  });

  async function expectOf(command: string, ...run: string[]): Promise<void> {
    const options = { cwd: project, encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
    const there: Answers = JSON.parse(execFileSync(command, [...run, 'shell.mjs'], options));
    await expectConforms(conformance, there);
    expect(there.chosen.build).toBe(there.chosen.relaxed ? 'relaxed' : 'simd');
    expect(there.opened).toEqual(conformance.here.opened);
  }

  for (const major of [20, 22, 24]) {
    it(`in Node ${major}`, needsNode(major), () => expectOf(nodePath(major) as string));
  }
  it('in Deno', needsCommand('deno'), () => expectOf('deno', 'run', '--no-lock'));
  it('in Bun (JavaScriptCore)', needsCommand('bun'), () => expectOf('bun', 'run'));
});

describe('Cloudflare Workers, with the kernels imported as a module, conform', () => {
  let project: string;
  beforeAll(async () => {
    project = await projectOf('cloudflare.mjs');
  });

  async function expectOf(command: string, args: readonly string[], cwd: string, port: number): Promise<void> {
    const server = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], env: QUIET, detached: true });
    try {
      const { status, text } = await post(`http://127.0.0.1:${port}`, JSON.stringify(conformance.asked));
      expect(status, text).toBe(200);
      const there: Answers = JSON.parse(text);
      await expectConforms(conformance, there);
      expect(there.chosen.build).toBe('simd');
      expect(there.opened).toEqual(conformance.here.opened);
    } finally {
      // wrangler starts processes of its own.
      if (server.pid !== undefined) process.kill(-server.pid);
    }
  }

  it('in workerd', needsCommand('workerd'), async () => {
    const place = join(project, 'workerd');
    await bundle(join(project, 'cloudflare.mjs'), place);
    for (const name of ['simd.wasm', 'int8-simd.wasm']) {
      copyFileSync(join(project, 'node_modules/gatewise/dist/kernels', name), join(place, name));
    }
    const port = await freePort();
    writeFileSync(
      join(place, 'worker.capnp'),
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker", esModule = embed "cloudflare.mjs"),
    (name = "gatewise/kernels/simd.wasm", wasm = embed "simd.wasm"),
    (name = "gatewise/kernels/int8-simd.wasm", wasm = embed "int8-simd.wasm"),
  ],
  compatibilityDate = "2025-01-01"
);
`,
    );
    await expectOf('workerd', ['serve', 'worker.capnp'], place, port);
  });

  // As its users have it: it bundles the script and finds the kernels by itself. It wants a newer Node than 20.
  it('in wrangler dev', needsWrangler, async () => {
    writeFileSync(
      join(project, 'wrangler.json'),
      JSON.stringify({ name: 'conform', main: 'cloudflare.mjs', compatibility_date: '2025-01-01' }),
    );
    const port = await freePort();
    const args = [wranglerPath as string, 'dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'];
    await expectOf(nodePath(22) as string, args, project, port);
  });
});
