// A copy of the project in which files may be changed while the project itself stays as it is.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PARTS = ['src', 'test', 'assembly', 'scripts', 'examples', 'dist', 'package.json', 'tsconfig.json'];
const CONFIGS = ['tsconfig.build.json', 'vitest.config.ts', 'asconfig.json'];

export class Copy {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'mutants-'));
    const filter = (path) => !path.includes('node_modules');
    for (const part of [...PARTS, ...CONFIGS]) cpSync(part, join(this.folder, part), { recursive: true, filter });
    symlinkSync(realpathSync('node_modules'), join(this.folder, 'node_modules'));
  }

  read(file) {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file, text) {
    writeFileSync(join(this.folder, file), text);
  }

  /** @returns `passed`, `failed`, or `hung` when the tests had to be ended. */
  test(tests, name) {
    const only = name ? ['-t', name] : [];
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', '--reporter=dot', ...only, ...tests];
    const { status } = this.#run(vitest, 300_000);
    return status === null ? 'hung' : status === 0 ? 'passed' : 'failed';
  }

  /**
   * Those that tests of kernels call, compiled in this process: loading the compiler takes longer than compiling.
   * @returns their bytes; undefined if they don't compile.
   */
  async compileSimd() {
    const { default: asc } = await import('assemblyscript/asc');
    const options = ['--config', 'asconfig.json', '--target', 'simd', '--baseDir', this.folder];
    const { error } = await asc.main(options, { stderr: { write: () => true } });
    return error ? undefined : readFileSync(join(this.folder, 'dist/kernels/simd.wasm'));
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }

  #run(args, timeout) {
    return spawnSync(process.execPath, args, {
      cwd: this.folder,
      timeout,
      encoding: 'utf8',
      env: { ...process.env, GATEWISE_THOROUGH: '1' },
    });
  }
}

/** A text with the one place changed; undefined if it is not there, or more than once. */
export function changed(text, from, to) {
  const parts = text.split(from);
  return parts.length === 2 ? parts.join(to) : undefined;
}
