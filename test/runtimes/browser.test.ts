import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Conformance, conformHere, expectConforms } from './conformance.js';
import { chromiumPath, needsChromium } from './here.js';
import { newProject, putQuestions, putSuite } from './project.js';
import { type Site, STRICT, serve } from './site.js';
import type { Answers } from './suite.js';

/** What entries/page.mjs puts into the page. */
declare const page: {
  answer(): Promise<Answers>;
  inWorker(): Promise<Answers>;
  inWorklet(): Promise<Answers>;
  load(bytes: Uint8Array): Promise<{ report: { format: string } }>;
};

describe('Chromium, from the files of the package, under a strict policy, conforms', needsChromium, () => {
  let conformance: Conformance;
  let project: string;
  let site: Site;
  let browser: Browser;

  beforeAll(async () => {
    conformance = await conformHere();
    project = newProject();
    const entries = ['page.mjs', 'worklet.mjs'].map((name) => new URL(`entries/${name}`, import.meta.url));
    await putSuite(project, ...entries);
    putQuestions(project, conformance.asked);
    site = await serve(
      project,
      { 'index.html': '<!doctype html><script type="module" src="page.mjs"></script>' },
      STRICT,
    );
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  async function open() {
    const tab = await browser.newPage();
    await tab.goto(site.url);
    return tab;
  }

  it('in a page', async () => {
    const there = await (await open()).evaluate(() => page.answer());
    await expectConforms(conformance, there);
    expect(there.chosen.build).toBe(there.chosen.relaxed ? 'relaxed' : 'simd');
    expect(there.opened).toEqual(conformance.here.opened);
  });

  it('in a Web Worker', async () => {
    const there = await (await open()).evaluate(() => page.inWorker());
    await expectConforms(conformance, there);
    expect(there.opened).toEqual(conformance.here.opened);
  });

  it('in an AudioWorklet', async () => {
    const there = await (await open()).evaluate(() => page.inWorklet());
    await expectConforms(conformance, there);
    expect(there.chosen.build).toBe('simd');
  });

  it('and `load` fetches the importer of the format, and no other', async () => {
    const tab = await open();
    site.asked.length = 0;
    const nam = conformance.asked.files.find(({ name }) => name === '.nam')?.files.model as string;
    const format = await tab.evaluate(
      async (text) => (await page.load(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)))).report.format,
      nam,
    );
    expect(format).toMatch(/^Neural Amp Modeler/);
    const code = () => site.asked.map((path) => readFileSync(join(project, path), 'utf8')).join('');
    const some = code();
    expect(some).toMatch(/Neural Amp Modeler/);
    await tab.evaluate(() => page.answer());
    const all = code();
    // All importers, all layers and both builds are among these.
    expect(new Set(site.asked).size).toBeLessThan(40);
    // Words that the other importers cannot do without, each there if its importer is.
    const words = [
      'linear_before_reset',
      'inbound_nodes',
      'a graph model holds no layers any more',
      '_rebuild_tensor_v2',
      'a key that shares more',
      'not a weight of a module',
    ];
    for (const word of words) expect([word, some.includes(word), all.includes(word)]).toEqual([word, false, true]);
  });
});
