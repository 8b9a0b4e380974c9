// Projects of users: a folder with nothing but the package, as npm installs it from the tarball.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, newFolder } from './bundles.js';
import type { Questions } from './suite.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const npm = (cwd: string, ...args: string[]): void => {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
};

/**
 * Once before all tests: packs what `npm run build` has made and installs the tarball into an empty project, which
 * `GATEWISE_PROJECT` then names.
 */
export default function setup(): () => void {
  const folder = newFolder();
  npm(ROOT, 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) as string;
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  // It has no dependencies, so the registry has nothing to say.
  npm(project, 'install', '--silent', '--offline', '--no-audit', '--no-fund', join(folder, tarball));
  process.env.GATEWISE_PROJECT = project;
  return () => rmSync(folder, { recursive: true });
}

/** A new project that has installed the package; it goes with the tarball after all tests. */
export function newProject(): string {
  const from = process.env.GATEWISE_PROJECT;
  if (from === undefined)
    throw new Error('not packed: these tests run by npm run test:runtimes, npm run test:bundlers');
  const project = mkdtempSync(join(dirname(from), 'user-'));
  cpSync(from, project, { recursive: true });
  return project;
}

/**
 * Puts the conformance suite into a project, as one plain module.
 * @param entries what asks it: scripts as users write them.
 */
export async function putSuite(project: string, ...entries: readonly URL[]): Promise<void> {
  await bundle(fileURLToPath(new URL('suite.ts', import.meta.url)), project);
  for (const entry of entries) copyFileSync(entry, join(project, basename(entry.pathname)));
}

/** What the suite is asked, as a module. */
export function putQuestions(project: string, questions: Questions): void {
  writeFileSync(join(project, 'questions.mjs'), `export default ${JSON.stringify(questions)};\n`);
}
