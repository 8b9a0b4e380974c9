// Projects of users: a folder with nothing but the package, installed from the tarball.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, newFolder } from './bundles.js';
import type { Questions } from './suite.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const npm = (cwd: string, ...args: string[]): void => {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
};

/** A new folder with the tarball of what `npm run build` has made, and a project that has installed it. */
export function packed(): { folder: string; project: (name: string) => string } {
  const folder = newFolder();
  npm(ROOT, 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) as string;
  const first = join(folder, 'installed');
  mkdirSync(first);
  writeFileSync(join(first, 'package.json'), '{ "private": true, "type": "module" }');
  // It has no dependencies, so the registry has nothing to say.
  npm(first, 'install', '--silent', '--offline', '--no-audit', '--no-fund', join(folder, tarball));
  return {
    folder,
    project(name) {
      const place = join(folder, name);
      cpSync(first, place, { recursive: true });
      return place;
    },
  };
}

/**
 * Puts the conformance suite into a project, as one plain module.
 * @param entries what asks it: scripts as users write them.
 */
export async function putSuite(project: string, ...entries: readonly URL[]): Promise<void> {
  await bundle(fileURLToPath(new URL('suite.ts', import.meta.url)), project);
  for (const entry of entries) copyFileSync(entry, join(project, basename(entry.pathname)));
}

export function putQuestions(project: string, questions: Questions): void {
  writeFileSync(join(project, 'questions.mjs'), `export default ${JSON.stringify(questions)};\n`);
}
