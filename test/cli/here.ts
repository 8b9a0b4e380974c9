import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { run } from '../../src/cli/program.js';
import { toSafetensors } from '../../src/importers/safetensors/index.js';
import type { ModelSpec } from '../../src/index.js';

export const WEATHER = fileURLToPath(new URL('../../examples/weather/model.safetensors', import.meta.url));
export const BIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A folder that is gone after the tests. */
export const folder = mkdtempSync(join(tmpdir(), 'gatewise-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Puts a file there. @returns its path. */
export function put(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

export const putModel = (name: string, spec: ModelSpec): string => put(name, toSafetensors(spec));

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The program in this process, as far as it goes. */
export async function gatewise(args: readonly string[], stdin: Uint8Array | string = ''): Promise<Ended> {
  const out: Uint8Array[] = [];
  let err = '';
  const code = await run(args, {
    stdin: async function* () {
      yield Buffer.from(stdin as Uint8Array);
    },
    write: async (data) => void out.push(Buffer.from(data as Uint8Array)),
    note: (text) => {
      err += `${text}\n`;
    },
    colours: false,
    colourDepth: 1,
    window: undefined,
    screen: undefined,
  });
  return { code, out: Buffer.concat(out).toString(), err };
}

/** Rows of numbers, and the names above them. */
export function csv(text: string): { readonly names: string[]; readonly rows: number[][] } {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  return { names: head.split(','), rows: lines.map((line) => line.split(',').map(Number)) };
}

/** The same numbers in the same order, bit for bit. */
export const bits = (rows: readonly (readonly number[])[]): Float32Array => Float32Array.from(rows.flat());
