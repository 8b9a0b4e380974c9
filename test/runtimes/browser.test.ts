import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { INT8_HASH } from '../support/int8-stacks.js';
import { stack } from '../support/random.js';
import { SIMD_HASH } from '../support/stacks.js';
import { bundle, newFolder } from './bundles.js';
import { oneOfEach } from './files.js';
import { chromiumPath, needsChromium } from './here.js';
import { openAll } from './importers.js';
import type { page as pageScript } from './page.js';

/** What page.ts puts into the page. */
declare const page: typeof pageScript;

describe('Chromium', needsChromium, () => {
  const files = oneOfEach();
  /** Names the browser asked for. */
  const asked: string[] = [];
  const folder = newFolder();
  const server = createServer((request, response) => {
    const name = basename(request.url ?? '');
    if (name !== 'favicon.ico') asked.push(name);
    if (!existsSync(join(folder, name || '-'))) {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><script type="module" src="page.mjs"></script>');
      return;
    }
    response.setHeader('content-type', name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript');
    response.end(readFileSync(join(folder, name)));
  });
  let browser: Browser;
  let tab: Page;
  let site: string;

  beforeAll(async () => {
    await bundle(folder, 'page.ts', 'parts');
    await bundle(folder, 'worklet.ts');
    copyFileSync(new URL('../../dist/kernels/simd.wasm', import.meta.url), join(folder, 'simd.wasm'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
    tab = await browser.newPage();
    await tab.goto(site);
  });
  afterAll(async () => {
    await browser?.close();
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('in a page: the committed bits, and a file of every format to the bits of Node', async () => {
    const { smoke, opened } = await tab.evaluate((all) => page.answer(all), files);
    expect(smoke.hash).toBe(SIMD_HASH);
    expect(smoke.int8).toBe(INT8_HASH);
    expect(smoke.build).toBe(smoke.relaxed ? 'relaxed' : 'simd');
    expect(smoke.difference).toBeLessThan(2e-6);
    expect(opened).toEqual(await openAll(files));
  });

  it('in a Web Worker: the same', async () => {
    const { smoke, opened } = await tab.evaluate((all) => page.inWorker(all), files);
    expect(smoke.hash).toBe(SIMD_HASH);
    expect(smoke.int8).toBe(INT8_HASH);
    expect(opened).toEqual(await openAll(files));
  });

  it('in an AudioWorklet: what a stream gives sample by sample', async () => {
    const spec = stack('lstm', 1, 1);
    const input = Float32Array.from({ length: 1024 }, (_, i) => Math.sin(i / 7));
    // Typed arrays do not survive the way into the page.
    const tensors = Object.entries(spec.tensors).map(([name, { shape, data }]) => ({ name, shape, data: [...data] }));
    const got = await tab.evaluate(
      async ([rest, all, samples]) => {
        const typed = all.map(({ name, shape, data }) => [name, { shape, data: Float32Array.from(data) }]);
        return [...(await page.inWorklet({ ...rest, tensors: Object.fromEntries(typed) }, Float32Array.from(samples)))];
      },
      [spec, tensors, [...input]] as const,
    );
    const stream = (await createModel(spec, { build: 'simd' })).createStream();
    expect(got).toEqual([...input].map((x) => stream.step(Float32Array.of(x))[0]));
  });

  it('`load` fetches the importer of the format, and no other', async () => {
    asked.length = 0;
    await tab.goto(site);
    const nam = files.find(({ name }) => name === '.nam');
    const format = await tab.evaluate((text) => page.formatOf(text), nam?.files.model as string);
    expect(format).toMatch(/^Neural Amp Modeler/);
    const code = asked.map((name) => (name === '' ? '' : readFileSync(join(folder, name), 'utf8'))).join('');
    expect(code).toMatch(/Neural Amp Modeler/);
    // Words that the other importers cannot do without, each there if its importer is.
    const words = [
      'linear_before_reset',
      'inbound_nodes',
      '{ paths, weights }',
      '_rebuild_tensor_v2',
      'a key that shares more',
      'not a weight of a module',
    ];
    await tab.evaluate((all) => page.answer(all), files);
    const everything = asked.map((name) => (name === '' ? '' : readFileSync(join(folder, name), 'utf8'))).join('');
    for (const word of words)
      expect([word, code.includes(word), everything.includes(word)]).toEqual([word, false, true]);
  });
});
