import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toSafetensors } from '../../src/importers/safetensors/index.js';
import { createModel } from '../../src/index.js';
import { filesOf, readmeFirst, spec } from '../docs/guides.js';
import { bundle } from '../runtimes/bundles.js';
import { type Conformance, conformHere, expectConforms } from '../runtimes/conformance.js';
import { expectMany } from '../runtimes/expect-many.js';
import { chromiumPath, needsChromium } from '../runtimes/here.js';
import type { ManyAnswers } from '../runtimes/many-suite.js';
import { newProject, putSuite } from '../runtimes/project.js';
import { STRICT, serve } from '../runtimes/site.js';
import type { Answers } from '../runtimes/suite.js';
import { largestDifference } from '../support/bits.js';
import { needs } from '../support/needs.js';
import { BUNDLERS, installed, run } from './bundlers.js';

/** A sample's lines, word for word, in a function: not all bundlers take `await` outside of one. */
function inFunction(sample: string, before = '', after = ''): string {
  const [, imports = '', rest = ''] = /^((?:import [^\n]*\n)+)(.*)$/s.exec(sample) ?? [];
  expect(rest).not.toBe('');
  return `${imports}export async function run() {\n${before}\n${rest}${after}\n}\n`;
}

const FRAME = [0.3, -0.1, 0, 0.5];

/** What the samples compute: the guides' model after one timestep. */
const expected = async (): Promise<number[]> => [...(await createModel(spec)).createStream().step(FRAME)];

/** A file of what users write. */
const entry = (file: string): URL => new URL(`entries/${file}`, import.meta.url);

/** The strict one, with the scripts within the page if there are some. */
const policyOf = (built: string, inline: true | undefined): string =>
  inline ? STRICT.replace("'self'", `'self' ${hashesOf(join(built, 'index.html'))}`) : STRICT;

/** What a policy says of the scripts within a page. */
function hashesOf(page: string): string {
  const scripts = [...readFileSync(page, 'utf8').matchAll(/<script[^>]*>([^<]+)<\/script>/g)];
  return scripts.map(([, code = '']) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`).join(' ');
}

/** What entries/main.js puts into the page. */
declare const page: {
  guide(): Promise<void>;
  readme(): Promise<number[]>;
  answer(): Promise<Answers>;
  inWorker(): Promise<Answers>;
  /** Of entries/many.js. */
  many(script?: string): Promise<ManyAnswers>;
};

const needsBundlers = needs(installed, 'not installed; npm run test:bundlers does it');

describe('a page and its Web Worker conform, built by', { ...needsChromium, ...needsBundlers }, () => {
  let conformance: Conformance;
  let browser: Browser;

  beforeAll(async () => {
    // What bundlers may break is how things are found, not what they compute: fewer cases.
    conformance = await conformHere(9);
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
  });

  it.each(BUNDLERS)('$name', async ({ build, inline }) => {
    const project = newProject();
    await putSuite(project, ...['index.html', 'main.js', 'worker.js', 'many-worker.js'].map(entry));
    writeFileSync(join(project, 'guide.js'), inFunction(filesOf('browser.md')['main.js'] as string));
    const given = `const [url, x] = [new URL('/model.gatewise', location.href), [${JSON.stringify(FRAME)}]];`;
    writeFileSync(join(project, 'readme.js'), inFunction(readmeFirst(), given, 'return [...output];'));
    const built = join(project, build(project));
    const { asked, here } = conformance;
    const policy = policyOf(built, inline);
    const made = { 'questions.json': JSON.stringify(asked), 'model.gatewise': toSafetensors(spec) };
    const site = await serve(built, made, policy);
    try {
      const tab = await browser.newPage();
      await tab.goto(site.url);
      await tab.evaluate(() => page.guide());
      const shown = (await tab.evaluate(() => document.body.innerText)).split(',').map(Number);
      expect(largestDifference(shown, await expected())).toBeLessThan(1e-6);
      expect(largestDifference(await tab.evaluate(() => page.readme()), await expected())).toBeLessThan(1e-6);
      const inPage = await tab.evaluate(() => page.answer());
      await expectConforms(conformance, inPage);
      expect(inPage.opened).toEqual(here.opened);
      const inWorker = await tab.evaluate(() => page.inWorker());
      await expectConforms(conformance, inWorker, false);
      expect(Object.keys(inWorker.opened)).toHaveLength(2);
      expect(here.opened).toMatchObject(inWorker.opened);
      await tab.close();
    } finally {
      site.close();
    }
  });
  // By itself: Parcel loses what two workers of a page share.
  it.each(BUNDLERS)('$name: a pool of workers', async ({ build, inline, ownWorker }) => {
    const project = newProject();
    await putSuite(project, ...['index.html', 'worker.js', 'many-worker.js'].map(entry));
    await bundle(fileURLToPath(new URL('../runtimes/many-suite.ts', import.meta.url)), project);
    copyFileSync(entry('many.js'), join(project, 'main.js'));
    const built = join(project, build(project));
    const site = await serve(built, {}, policyOf(built, inline));
    try {
      const tab = await browser.newPage();
      await tab.goto(site.url);
      await expectMany(await tab.evaluate((script) => page.many(script), ownWorker));
      await tab.close();
    } finally {
      site.close();
    }
  });
});

it('a Worker with core and kernels is below 30 KB, gzipped', needsBundlers, async () => {
  const project = newProject();
  copyFileSync(new URL('entries/smallest.js', import.meta.url), join(project, 'smallest.js'));
  // As wrangler bundles it, minified: WebAssembly stays a module.
  const options = ['--bundle', '--format=esm', '--minify', '--external:*.wasm', '--outfile=built/worker.js'];
  run(project, '.bin/esbuild', 'smallest.js', ...options);
  const files = ['built/worker.js', 'node_modules/gatewise/dist/kernels/simd.wasm'];
  const sizes = files.map((file) => gzipSync(readFileSync(join(project, file)), { level: 9 }).length);
  console.log(`Worker: ${sizes.join(' + ')} bytes of core and kernels, gzipped`);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(30 * 1024);
});
