import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromNam } from '../../src/importers/nam/index.js';
import { createModel } from '../../src/index.js';
import { chromiumPath, freePort, needsChromium, needsCommand, post } from '../runtimes/here.js';
import { filesOf, PACKAGE, projectOf, readmeSample, spec } from './guides.js';

const { jsdelivr } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
const folders: string[] = [];
function project(guide: string): string {
  const folder = projectOf(guide);
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const FRAME = [0.3, -0.1, 0, 0.5];
const model = await createModel(spec, { build: 'simd' });
const expected = [...model.createStream().step(FRAME)];
const close = (got: readonly number[], wanted: readonly number[]) => {
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((value, at) => {
    expect(Math.abs((got[at] as number) - value)).toBeLessThan(1e-6);
  });
};

/** One file that needs nothing else, but for modules that the runtime itself gives. */
async function oneFile(folder: string, name: string, external: RegExp[] = []): Promise<string> {
  const bundle = await rolldown({ input: join(folder, name), platform: 'browser', external, logLevel: 'silent' });
  const { output } = await bundle.write({ file: join(folder, 'bundled', name), codeSplitting: false });
  await bundle.close();
  expect(output).toHaveLength(1);
  return join(folder, 'bundled', name);
}

describe('browsers', needsChromium, () => {
  let browser: Browser;
  let server: Server;
  let serving = '';
  let policy = '';
  let site = '';
  const TYPES: Record<string, string> = { html: 'text/html', js: 'text/javascript' };
  beforeAll(async () => {
    server = createServer((request, response) => {
      const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1);
      try {
        const bytes = readFileSync(join(serving, name));
        const headers = { 'content-type': TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream' };
        response.writeHead(200, policy === '' ? headers : { ...headers, 'content-security-policy': policy });
        response.end(bytes);
      } catch {
        response.writeHead(404);
        response.end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** What a page says in the end, or the first error of its. The CDN has this package. */
  async function read(folder: string, path = ''): Promise<string> {
    serving = folder;
    const page = await browser.newPage();
    try {
      await page.route('https://cdn.jsdelivr.net/npm/gatewise**', (route) => {
        const [, file] = /gatewise\/(.+)/.exec(new URL(route.request().url()).pathname) ?? [];
        return route.fulfill({
          body: readFileSync(join(PACKAGE, file ?? jsdelivr)),
          headers: { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' },
        });
      });
      const failed = new Promise<never>((_, reject) => {
        page.on('pageerror', reject);
      });
      await page.goto(site + path);
      const text = page.waitForFunction(() => document.body.innerText.trim());
      return String(await (await Promise.race([text, failed])).jsonValue());
    } finally {
      await page.close();
    }
  }

  /** Vite as it comes, of a page with one script. */
  async function vite(folder: string, script: string): Promise<string> {
    const html = `<!doctype html><body></body><script type="module" src="/${script}"></script>`;
    writeFileSync(join(folder, 'index.html'), html);
    await build({ root: folder, configFile: false, logLevel: 'silent', build: { outDir: 'built' } });
    copyFileSync(join(folder, 'model.gatewise'), join(folder, 'built/model.gatewise'));
    return join(folder, 'built');
  }

  it('with a bundler', async () => {
    const built = await vite(project('browser.md'), 'main.js');
    close((await read(built)).split(',').map(Number), expected);
  });

  it('many sequences, in workers that a bundler finds', async () => {
    const built = await vite(project('many.md'), 'page.js');
    close((await read(built)).split(',').map(Number), expected);
  });

  it('the README’s first lines', async () => {
    const folder = project('browser.md');
    writeFileSync(join(folder, 'first.js'), readmeSample('document.body.textContent = String(output);'));
    close((await read(await vite(folder, 'first.js'))).split(',').map(Number), expected);
  });

  it('without a bundler', async () => {
    close((await read(project('browser.md'))).split(',').map(Number), expected);
  });

  it('as a script that is no module', async () => {
    expect(await read(project('browser.md'), 'script.html')).toBe('1,0');
  });

  it('with the policy of the guide, and not without its word', async () => {
    const built = await vite(project('browser.md'), 'main.js');
    const guide = readFileSync(new URL('../../docs/browser.md', import.meta.url), 'utf8');
    const [, wanted = ''] = /Content-Security-Policy: (.*)/.exec(guide) ?? [];
    expect(wanted).toContain("'wasm-unsafe-eval'");
    try {
      policy = wanted;
      close((await read(built)).split(',').map(Number), expected);
      policy = wanted.replace(" 'wasm-unsafe-eval'", '');
      await expect(read(built)).rejects.toThrow(/could not be compiled .*Content Security Policy/);
    } finally {
      policy = '';
    }
  });

  it('in a Web Worker', async () => {
    const built = await vite(project('browser.md'), 'main-worker.js');
    expect(await read(built)).toBe('70 numbers');
  });

  it('in an AudioWorklet', async () => {
    const folder = project('audio-worklet.md');
    const processor = await oneFile(folder, 'processor.js');
    const built = await vite(folder, 'main.js');
    copyFileSync(processor, join(built, 'processor.js'));
    copyFileSync(join(folder, 'amp.nam'), join(built, 'amp.nam'));
    const [, loudest] = (await read(built)).split(': ');
    // The oscillator's own samples are not ours to know: that the model answers them is, and how loud it can be at most.
    const silence = await createModel(fromNam(readFileSync(join(folder, 'amp.nam'))), { build: 'simd' });
    const quiet = Math.max(...silence.run(new Float32Array(4096)));
    expect(Number(loudest)).not.toBeCloseTo(quiet, 6);
    expect(Number.isFinite(Number(loudest))).toBe(true);
  });
});

describe.each([
  ['deno.md', 'deno', ['run', '--allow-read', 'main.js']],
  ['bun.md', 'bun', ['run', 'main.js']],
] as const)('%s', (guide, command, args) => {
  it('the README’s first lines', needsCommand(command), () => {
    const folder = project(guide);
    writeFileSync(join(folder, 'first.js'), readmeSample('console.log(String(output));'));
    const printed = execFileSync(command, [...args.slice(0, -1), 'first.js'], { cwd: folder, encoding: 'utf8' });
    close(printed.split(',').map(Number), expected);
  });

  it('word for word', needsCommand(command), () => {
    const printed = execFileSync(command, args, { cwd: project(guide), encoding: 'utf8' });
    const [, build, numbers = ''] = /^(\w+) \[([^\]]*)\]/.exec(printed) ?? [];
    expect(['simd', 'relaxed']).toContain(build);
    close(numbers.split(',').map(Number), expected);
  });
});

describe('cloudflare.md', () => {
  const days = [FRAME, FRAME, FRAME];

  /** Serves a Worker of the guide, beside a store as KV offers it, and gives what it answers. */
  async function ask(script: string, requests: { path: string; body: unknown }[]): Promise<number[][]> {
    const folder = project('cloudflare.md');
    await oneFile(folder, script, [/\.wasm$/, /\.gatewise$/]);
    copyFileSync(join(PACKAGE, 'dist/kernels/simd.wasm'), join(folder, 'bundled/simd.wasm'));
    copyFileSync(join(folder, 'model.gatewise'), join(folder, 'bundled/model.gatewise'));
    // KV's protocol is HTTP: GET and PUT of a key.
    writeFileSync(
      join(folder, 'bundled/store.js'),
      `const kept = new Map();
export default { async fetch(request) {
  const key = new URL(request.url).pathname;
  if (request.method === 'PUT') { kept.set(key, await request.arrayBuffer()); return new Response(); }
  return kept.has(key) ? new Response(kept.get(key)) : new Response('', { status: 404 });
} };`,
    );
    const port = await freePort();
    writeFileSync(
      join(folder, 'bundled/worker.capnp'),
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "store", worker = .store)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker", esModule = embed "${script}"),
    (name = "gatewise/kernels/simd.wasm", wasm = embed "simd.wasm"),
    (name = "model.gatewise", data = embed "model.gatewise"),
  ],
  bindings = [(name = "STATES", kvNamespace = "store")],
  compatibilityDate = "2025-01-01"
);
const store :Workerd.Worker = (
  modules = [(name = "store", esModule = embed "store.js")],
  compatibilityDate = "2025-01-01"
);
`,
    );
    const stdio = ['ignore', 'inherit', 'inherit'] as const;
    const server = spawn('workerd', ['serve', 'worker.capnp'], { cwd: join(folder, 'bundled'), stdio: [...stdio] });
    try {
      const answers: number[][] = [];
      for (const { path, body } of requests) {
        const { status, text } = await post(`http://127.0.0.1:${port}${path}`, JSON.stringify(body));
        expect(status, text).toBe(200);
        answers.push(JSON.parse(text));
      }
      return answers;
    } finally {
      server.kill();
    }
  }

  it('a whole sequence', needsCommand('workerd'), async () => {
    const [answer] = await ask('worker.js', [{ path: '/', body: days }]);
    expect(answer).toEqual([...model.run(days)]);
  });

  it('a state per user', needsCommand('workerd'), async () => {
    const users = ['/ann', '/bob', '/ann', '/ann'];
    const got = await ask(
      'stateful.js',
      users.map((path) => ({ path, body: FRAME })),
    );
    const [ann, bob] = [model.createStream(), model.createStream()];
    expect(got).toEqual(users.map((path) => [...(path === '/ann' ? ann : bob).step(FRAME)]));
  });
});

describe('many.md', () => {
  const run = (command: string, ...args: readonly string[]) => {
    const folder = project('many.md');
    const printed = execFileSync(command, [...args, 'main.js'], { cwd: folder, encoding: 'utf8' });
    const [done, numbers = '', refused] = printed
      .replace(/,\n\s*/g, ', ')
      .replace(/\[\s+/g, '[')
      .replace(/\s+\]/g, ']')
      .trim()
      .split('\n');
    expect(done).toBe('100 done');
    close(numbers.slice(1, -1).split(',').map(Number), [...model.run(new Float32Array(4 * 5)).subarray(-7)]);
    expect(refused).toMatch(/^input "input": wrong length; expected a multiple of 4 numbers.*got 3$/);
  };
  it('in Node', () => run(process.execPath));
  it('in Deno', needsCommand('deno'), () => run('deno', 'run', '--allow-read'));
  it('in Bun', needsCommand('bun'), () => run('bun', 'run'));
});

it('lambda.md', async () => {
  const folder = project('lambda.md');
  const { handler } = await import(pathToFileURL(join(folder, 'index.mjs')).href);
  const { statusCode, body } = await handler({ body: JSON.stringify([FRAME]) });
  expect(statusCode).toBe(200);
  close(JSON.parse(body), [...model.run([FRAME])]);
  const refused = await handler({ body: '[[1, 2, 3]]' });
  expect([refused.statusCode, JSON.parse(refused.body).error]).toEqual([400, expect.stringMatching(/4/)]);
});

it('every sample with a file’s name is in a test above, or in test/runtimes/durable.test.ts', () => {
  const names = ['audio-worklet', 'browser', 'bun', 'cloudflare', 'deno', 'lambda', 'many'].flatMap((guide) =>
    Object.keys(filesOf(`${guide}.md`)).map((name) => `${guide}: ${name}`),
  );
  expect(names).toEqual([
    'audio-worklet: processor.js',
    'audio-worklet: main.js',
    'browser: main.js',
    'browser: index.html',
    'browser: script.html',
    'browser: worker.js',
    'browser: main-worker.js',
    'bun: main.js',
    'cloudflare: worker.js',
    'cloudflare: stateful.js',
    'cloudflare: conversations.js',
    'deno: main.js',
    'lambda: index.mjs',
    'many: main.js',
    'many: page.js',
    'many: worker.js',
  ]);
});
