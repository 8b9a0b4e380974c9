import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The built package of a folder, or of a commit, which is checked out beside and built with this checkout's node_modules.
 * @param what a folder with `dist`, or whatever git knows as a commit
 * @returns `dist`, a URL that ends with a slash; `remove()`
 * @throws {Error} where it is neither, or does not build
 */
export function checkout(what) {
  const own = resolve(what, 'dist');
  if (existsSync(join(own, 'index.js'))) return { dist: `${pathToFileURL(own)}/`, remove() {} };
  const git = (...args) =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-compare-'));
  const remove = () => {
    rmSync(folder, { recursive: true, force: true });
    git('worktree', 'prune');
  };
  try {
    git('worktree', 'add', '--detach', folder, what);
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    return { dist: `${pathToFileURL(join(folder, 'dist'))}/`, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
