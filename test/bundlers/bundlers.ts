// Bundlers as their users call them, by their commands and without settings, but for those that stand here.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('node_modules', import.meta.url));

/** Whether `npm ci --prefix test/bundlers` was run. */
export const installed = existsSync(MODULES);

export interface Bundler {
  readonly name: string;
  /** Builds a project of index.html, main.js and worker.js. @returns the folder to serve, within the project. */
  build(project: string): string;
  /** A worker's script that is an entry of its own, if it makes none by itself. */
  readonly ownWorker?: string;
  /** Whether its page has a script inline, which a policy must name by its hash. */
  readonly inline?: true;
}

/** Runs a command that is installed here, a script or not, in the project. */
export function run(project: string, file: string, ...args: string[]): void {
  const path = join(MODULES, file);
  const [command, first] = /\.\w+$/.test(file) ? [process.execPath, [path]] : [path, []];
  execFileSync(command, [...first, ...args], {
    cwd: project,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CI: '1', NO_COLOR: '1', NODE_ENV: undefined },
  });
}

const vite = (version: number): Bundler => {
  const read = (): string => JSON.parse(readFileSync(join(MODULES, `vite${version}/package.json`), 'utf8')).version;
  return {
    name: `Vite ${installed ? read() : version}`,
    build(project) {
      run(project, `vite${version}/bin/vite.js`, 'build', '--logLevel', 'error');
      return 'dist';
    },
  };
};

/** For those that make scripts and leave the page to its author. */
function putPage(project: string, folder: string): string {
  copyFileSync(join(project, 'index.html'), join(project, folder, 'index.html'));
  return folder;
}

export const BUNDLERS: readonly Bundler[] = [
  vite(8),
  vite(7),
  vite(6),
  {
    name: 'webpack',
    build(project) {
      run(project, 'webpack-cli/bin/cli.js', '--mode', 'production', '--entry', './main.js', '-o', 'built');
      return putPage(project, 'built');
    },
  },
  {
    name: 'esbuild',
    ownWorker: 'many-worker.js',
    build(project) {
      // A worker is an entry of its own: esbuild leaves `new URL(…)` as it is.
      const options = ['--bundle', '--format=esm', '--splitting', '--minify', '--outdir=built'];
      run(project, '.bin/esbuild', 'main.js', 'worker.js', 'many-worker.js', ...options);
      return putPage(project, 'built');
    },
  },
  {
    name: 'Rollup',
    ownWorker: 'many-worker.js',
    build(project) {
      const resolve = join(MODULES, '@rollup/plugin-node-resolve/dist/cjs/index.js');
      run(project, '.bin/rollup', 'main.js', 'worker.js', 'many-worker.js', '-d', 'built', '-p', resolve, '--silent');
      return putPage(project, 'built');
    },
  },
  {
    name: 'Parcel',
    inline: true, // an import map
    build(project) {
      // The one setting: without it Parcel does not read the `exports` of packages.
      const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
      const parcel = { ...manifest, '@parcel/resolver-default': { packageExports: true } };
      writeFileSync(join(project, 'package.json'), JSON.stringify(parcel));
      const options = ['--dist-dir', 'built', '--no-cache', '--no-autoinstall', '--log-level', 'error'];
      run(project, 'parcel/lib/bin.js', 'build', 'index.html', ...options);
      return 'built';
    },
  },
];
