import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'rolldown';

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'gatewise-'));

/**
 * A script made into one file for any runtime; WebAssembly modules and models stay imports.
 * @returns where it is.
 * @throws if it asks for anything of Node.
 */
export async function bundle(script: string, folder: string): Promise<string> {
  const { output } = await build({
    input: script,
    platform: 'browser',
    external: [/\.(?:wasm|gatewise)$/],
    output: { dir: folder, entryFileNames: `${basename(script).split('.')[0]}.mjs`, codeSplitting: false },
    logLevel: 'silent',
  });
  const [{ fileName, code }] = output;
  if (/from\s*["']node:/.test(code)) throw new Error(`${fileName} needs Node`);
  return join(folder, fileName);
}
