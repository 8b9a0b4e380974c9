import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from './bundles.js';
import { expectMany } from './expect-many.js';
import { chromiumPath, needsChromium, needsCommand, needsNode, nodePath } from './here.js';
import type { ManyAnswers } from './many-suite.js';
import { newProject } from './project.js';
import { STRICT, serve } from './site.js';

/** A project with the suite, and a script that asks it. */
async function projectOf(entry: string): Promise<string> {
  const project = newProject();
  await bundle(fileURLToPath(new URL('many-suite.ts', import.meta.url)), project);
  const script = fileURLToPath(new URL(`entries/${entry}`, import.meta.url));
  copyFileSync(script, join(project, basename(script)));
  return project;
}

describe('many sequences over workers', () => {
  let project: string;
  beforeAll(async () => {
    project = await projectOf('many-shell.mjs');
  });

  async function expectOf(command: string, ...run: string[]): Promise<void> {
    const printed = execFileSync(command, [...run, 'many-shell.mjs'], { cwd: project, encoding: 'utf8' });
    await expectMany(JSON.parse(printed));
  }
  for (const major of [20, 22, 24]) {
    it(`in Node ${major}`, needsNode(major), () => expectOf(nodePath(major) as string));
  }
  it('in Deno', needsCommand('deno'), () => expectOf('deno', 'run', '--no-lock'));
  it('in Bun', needsCommand('bun'), () => expectOf('bun', 'run'));
});

/** What entries/many-page.mjs puts into the page. */
declare const page: { many(): Promise<ManyAnswers> };

describe(
  'many sequences over Web Workers of Chromium, from the files of the package, under a strict policy',
  needsChromium,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
    });
    afterAll(() => browser?.close());

    it.each([
      ['by copies of the weights', false],
      ['by shared memory, in a page that is isolated from others', true],
    ])('%s', async (_, isolated) => {
      const index = '<!doctype html><script type="module" src="many-page.mjs"></script>';
      const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
      const site = await serve(
        await projectOf('many-page.mjs'),
        { 'index.html': index },
        STRICT,
        isolated ? headers : {},
      );
      try {
        const tab = await browser.newPage();
        await tab.goto(site.url);
        const there = await tab.evaluate(() => page.many());
        await expectMany(there);
        expect(there.shared).toBe(isolated);
        await expect.poll(() => tab.workers().length).toBe(0);
      } finally {
        site.close();
      }
    });
  },
);
