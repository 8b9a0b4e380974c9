// StrykerJS, which has a package.json of its own here.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @returns where a file of it lies. */
export function ownModule(file) {
  const path = fileURLToPath(new URL(`node_modules/${file}`, import.meta.url));
  if (!existsSync(path)) throw new Error('StrykerJS is not installed: npm ci --prefix scripts/mutants');
  return path;
}
