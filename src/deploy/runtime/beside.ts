/// <reference types="node" />
import { ImportError } from '../../errors.js';
import type { Bytes } from '../../wasm/module.js';

/**
 * Reads a file beside a built one: from the disk in Node, elsewhere by `fetch`.
 * @throws {ImportError} it is not there.
 */
export async function beside(url: URL): Promise<Bytes> {
  try {
    if (url.protocol === 'file:' && typeof process !== 'undefined') {
      // Not by an import that bundlers would follow.
      const name = 'node:fs/promises';
      return new Uint8Array(await (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)).readFile(url));
    }
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new ImportError(`cannot be read (${(cause as Error).message})`, { where: `${url}`, cause });
  }
}
