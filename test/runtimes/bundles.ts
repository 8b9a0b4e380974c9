import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'rolldown';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));

/** Leaves the package as it is published in `/dist/`, to be imported by a page that has no bundler. */
export const fromDist: Plugin = {
  name: 'from dist',
  async resolveId(id, importer) {
    const found = await this.resolve(id, importer, { skipSelf: true });
    if (!found?.id.startsWith(SOURCES)) return found;
    return { id: `/dist/${found.id.slice(SOURCES.length).replace(/\.ts$/, '.js')}`, external: true };
  },
};

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'gatewise-'));

/**
 * A script of this folder made ready for any runtime: one file, or the parts that a bundler makes of it for browsers.
 * @throws if it asks for anything of Node.
 */
export async function bundle(
  folder: string,
  script: string,
  parts: 'one file' | 'parts' = 'one file',
  plugins: readonly Plugin[] = [],
): Promise<string> {
  const { output } = await build({
    input: fileURLToPath(new URL(script, import.meta.url)),
    platform: 'browser',
    plugins: [...plugins],
    external: [/\.wasm$/],
    output: {
      dir: folder,
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name]-[hash].mjs',
      codeSplitting: parts === 'parts',
    },
    logLevel: 'silent',
  });
  for (const { fileName, code } of output as { fileName: string; code?: string }[]) {
    if (/from\s*["']node:/.test(code ?? '')) throw new Error(`${fileName} needs Node`);
  }
  return join(folder, output[0].fileName);
}
