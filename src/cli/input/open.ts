import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { InputError } from '../../index.js';
import { UsageError } from '../faults.js';
import type { InputFlags } from '../flags.js';
import { bytesOf } from '../open.js';
import type { Terminal } from '../terminal.js';
import type { CsvOptions } from './csv.js';
import type { Given } from './table.js';

export const FORMATS = ['csv', 'tsv', 'npy', 'npz', 'json', 'wav', 'parquet'] as const;
export type DataFormat = (typeof FORMATS)[number];

/**
 * Opens an input file, or the standard input, by its extension or the format given. Each format's library is loaded when it is met.
 * @param read what counts the bytes as they come, of a table of text.
 * @throws {InputError} what is not of that format. @throws {UsageError} no format known.
 */
export async function openInput(
  path: string,
  flags: InputFlags,
  terminal: Terminal,
  read: (bytes: number) => void = () => {},
): Promise<Given> {
  const format = flags.format === undefined ? formatOf(path) : known(flags.format);
  const where = path === '-' ? 'standard input' : `file ${JSON.stringify(path)}`;
  // For what can only be read from any place.
  const onDisk = path !== '-' && (await stat(path)).isFile();
  const bytes = async (): Promise<Uint8Array> => (path === '-' ? bytesOf(terminal.stdin()) : readFile(path));
  switch (format) {
    case 'csv':
    case 'tsv': {
      const { openCsv } = await import('./csv.js');
      const source = counted(
        path === '-' ? terminal.stdin() : createReadStream(path, { highWaterMark: 1 << 18 }),
        read,
      );
      return { where, table: await openCsv(source, where, csvOptions(flags, format)) };
    }
    case 'json':
      return (await import('./json.js')).givenJson(await bytes(), where);
    case 'npz':
      return (await import('./npy.js')).givenNpz(await bytes(), where);
    case 'npy': {
      const { givenNpy, openNpy } = await import('./npy.js');
      return onDisk ? openNpy(path, where) : givenNpy(await bytes(), where);
    }
    default:
      if (!onDisk) {
        const expected = 'a file on a disk, which can be read from any place';
        throw new InputError(`no way to read ${format}`, { where, expected, got: 'a stream' });
      }
      return {
        where,
        table:
          format === 'wav'
            ? await (await import('./wav.js')).openWav(path, where)
            : await (await import('./parquet.js')).openParquet(path, where),
      };
  }
}

/** @throws {UsageError} no yes and no no, a delimiter that is none. */
function csvOptions({ header, delimiter }: InputFlags, format: 'csv' | 'tsv'): CsvOptions {
  const usage = (flag: string, expected: string, got: string): never => {
    throw new UsageError(`${flag}: expected ${expected}, got ${JSON.stringify(got)}`);
  };
  if (header !== undefined && header !== 'yes' && header !== 'no') usage('--header', 'yes or no', header);
  if (delimiter !== undefined && (delimiter.length !== 1 || /[\w"\n\r.+-]/.test(delimiter)))
    usage('--delimiter', 'one character that no number has', delimiter);
  return {
    ...(header !== undefined && { header: header === 'yes' }),
    ...((delimiter ?? format === 'tsv') && { delimiter: delimiter ?? '\t' }),
  };
}

/** @throws {UsageError} none that is known. */
export function formatOf(path: string): DataFormat {
  if (path === '-') return 'csv';
  return known(extname(path).slice(1).toLowerCase(), path);
}

function known(format: string, path?: string): DataFormat {
  const found = FORMATS.find((name) => name === format);
  if (found) return found;
  const what = path === undefined ? JSON.stringify(format) : `file ${JSON.stringify(path)}`;
  throw new UsageError(`${what}: of no known format; expected ${FORMATS.join(', ')}`);
}

async function* counted(source: AsyncIterable<Uint8Array>, read: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const bytes of source) {
    read(bytes.length);
    yield bytes;
  }
}
