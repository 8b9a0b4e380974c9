import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INT8_HASH } from '../support/int8-stacks.js';
import { SIMD_HASH } from '../support/stacks.js';
import { bundle, fromDist, newFolder } from './bundles.js';

import { oneOfEach } from './files.js';
import { chromiumPath, needsChromium } from './here.js';
import { openAll } from './importers.js';
import type { page as pageScript } from './page.js';

/** What page.ts puts into the page. */
declare const page: typeof pageScript;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const RELU = `{
  inputs: [{ name: 'x', features: 1 }],
  nodes: [{ type: 'activation', name: 'a', inputs: ['x'], activation: 'relu' }, { type: 'reverse', name: 'y', inputs: ['a'] }],
  outputs: ['y'],
  tensors: {},
}`;

/** Scripts as people write them into a page that has neither a bundler nor an import map. */
const FILES: Record<string, string> = {
  'modules.html': '<!doctype html><script type="module" src="/page.mjs"></script>',
  'script.html': `<!doctype html><meta charset="windows-1252"><script src="/dist/gatewise.min.js"></script>`,
  'worker.js': `
    importScripts('/dist/gatewise.min.js');
    gatewise.createModel(${RELU}).then((model) => postMessage([...model.run([-1, 2, 3])]));`,
  'worklet.js': `
    import { createModelSync } from '/dist/simd.js';
    registerProcessor('effect', class extends AudioWorkletProcessor {
      stream = createModelSync({
        inputs: [{ name: 'x', features: 1 }],
        nodes: [{ type: 'activation', name: 'y', inputs: ['x'], activation: 'relu' }],
        outputs: ['y'],
        tensors: {},
      }).createStream();
      process([[input]], [[output]]) {
        for (let i = 0; i < output.length; i++) output[i] = this.stream.step([input ? input[i] : 0])[0];
        return true;
      }
    });`,
};

describe('a page without a bundler', needsChromium, () => {
  const files = oneOfEach();
  const folder = newFolder();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url as string).slice(1);
    const place = path.startsWith('dist/') ? join(ROOT, path) : join(folder, path);
    const body = FILES[path] ?? (existsSync(place) ? readFileSync(place) : undefined);
    if (path.startsWith('dist/')) asked.push(path);
    const type = path.endsWith('.html') ? 'text/html' : 'text/javascript';
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type }).end(body);
  });
  let browser: Browser;
  let tab: Page;
  let site: string;

  beforeAll(async () => {
    await bundle(folder, 'page.ts', 'one file', [fromDist]);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
    tab = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('imports the package by its files: the committed bits, and a file of every format to the bits of Node', async () => {
    await tab.goto(`${site}modules.html`);
    const { smoke, opened } = await tab.evaluate((all) => page.answer(all), files);
    expect(smoke.hash).toBe(SIMD_HASH);
    expect(smoke.int8).toBe(INT8_HASH);
    expect(opened).toEqual(await openAll(files));
    // 167 of them once; all importers and both builds are among these.
    expect(new Set(asked).size).toBeLessThan(40);
  });

  it('runs a model after asking for four files', async () => {
    await tab.goto(`${site}script.html`);
    asked.length = 0;
    const code = `import('/dist/index.js').then(({ createModel }) => createModel(${RELU.replace(/, \{ type: 'reverse.*\}/, '').replace("outputs: ['y']", "outputs: ['a']")}, { build: 'simd' })).then((model) => [...model.run([-1, 2])])`;
    expect(await tab.evaluate(code)).toEqual([0, 2]);
    expect(asked.sort()).toEqual([
      'dist/chunks/base.js',
      'dist/chunks/core.js',
      'dist/chunks/kernels-simd.js',
      'dist/index.js',
    ]);
  });

  it('has the global `gatewise` of a script tag, whatever the encoding of the page', async () => {
    await tab.goto(`${site}script.html`);
    const code = (build: string) =>
      `gatewise.createModel(${RELU}, { build: '${build}' }).then((model) => [model.build, ...model.run([-1, 2, 3])])`;
    for (const build of ['simd', 'relaxed']) expect(await tab.evaluate(code(build))).toEqual([build, 3, 2, 0]);
  });

  it('and a worker that is no module has it by importScripts', async () => {
    await tab.goto(`${site}script.html`);
    const code = `new Promise((resolve, reject) => {
      const worker = new Worker('/worker.js');
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    })`;
    expect(await tab.evaluate(code)).toEqual([3, 2, 0]);
  });

  it('an AudioWorklet imports gatewise/simd, which brings its kernels', async () => {
    await tab.goto(`${site}script.html`);
    const code = `(async () => {
      const context = new OfflineAudioContext(1, 256, 44100);
      await context.audioWorklet.addModule('/worklet.js');
      const buffer = new AudioBuffer({ length: 256, sampleRate: 44100 });
      buffer.copyToChannel(Float32Array.from({ length: 256 }, (_, i) => (i % 3) - 1), 0);
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(new AudioWorkletNode(context, 'effect')).connect(context.destination);
      source.start();
      return [...(await context.startRendering()).getChannelData(0)];
    })()`;
    expect(await tab.evaluate(code)).toEqual(Array.from({ length: 256 }, (_, i) => Math.max((i % 3) - 1, 0)));
  });
});
