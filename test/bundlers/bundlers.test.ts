import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Conformance, conformHere, expectConforms } from '../runtimes/conformance.js';
import { chromiumPath, needsChromium } from '../runtimes/here.js';
import { packed, putSuite } from '../runtimes/project.js';
import { STRICT, serve } from '../runtimes/site.js';
import type { Answers } from '../runtimes/suite.js';
import { needs } from '../support/needs.js';
import { BUNDLERS, installed as bundlers } from './bundlers.js';

/** What a policy says of the scripts within a page. */
function hashesOf(page: string): string {
  const scripts = [...readFileSync(page, 'utf8').matchAll(/<script[^>]*>([^<]+)<\/script>/g)];
  return scripts.map(([, code = '']) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`).join(' ');
}

/** What entries/main.js puts into the page. */
declare const page: { answer(): Promise<Answers>; inWorker(): Promise<Answers> };

const needsBundlers = needs(bundlers, 'not installed; npm run test:bundlers does it');

describe('a page and its Web Worker conform, built by', { ...needsChromium, ...needsBundlers }, () => {
  let conformance: Conformance;
  let installed: ReturnType<typeof packed>;
  let browser: Browser;

  beforeAll(async () => {
    // What bundlers may break is how things are found, not what they compute: fewer cases.
    conformance = await conformHere(9);
    installed = packed();
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(installed.folder, { recursive: true });
  });

  it.each(BUNDLERS)('$name', async ({ name, build, inline }) => {
    const project = installed.project(name.replace(/\W/g, '-'));
    await putSuite(
      project,
      ...['index.html', 'main.js', 'worker.js'].map((file) => new URL(`entries/${file}`, import.meta.url)),
    );
    const built = join(project, build(project));
    const { asked, here } = conformance;
    const policy = inline ? STRICT.replace("'self'", `'self' ${hashesOf(join(built, 'index.html'))}`) : STRICT;
    const site = await serve(built, { 'questions.json': JSON.stringify(asked) }, policy);
    try {
      const tab = await browser.newPage();
      await tab.goto(site.url);
      const inPage = await tab.evaluate(() => page.answer());
      await expectConforms(conformance, inPage);
      expect(inPage.opened).toEqual(here.opened);
      const inWorker = await tab.evaluate(() => page.inWorker());
      await expectConforms(conformance, inWorker);
      expect(Object.keys(inWorker.opened)).toHaveLength(2);
      expect(here.opened).toMatchObject(inWorker.opened);
      await tab.close();
    } finally {
      site.close();
    }
  });
});
