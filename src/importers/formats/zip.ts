import { unzipSync } from 'fflate';
import { ImportError } from '../../errors.js';
import { type FileBytes, viewBytes } from './bytes.js';

/** Deflate cannot expand more than this; a directory that declares more lies. */
export const MOST_EXPANSION = 1040;

export interface ZipOptions {
  /** Only the entries this accepts are unpacked. Default: all. */
  readonly only?: (name: string) => boolean;
  /** Most bytes all unpacked entries may take together. Default 2 GiB. */
  readonly limit?: number;
}

/** Whether bytes begin as a zip archive with entries does. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

/**
 * The entries of a zip archive by name. Declared sizes are checked before anything is allocated.
 * @throws {ImportError} not a zip, an entry twice, an entry whose declared size cannot be or exceeds the limit, damaged data.
 */
export function readZip(
  bytes: FileBytes,
  { only = () => true, limit = 2 ** 31 }: ZipOptions = {},
): Map<string, Uint8Array> {
  const view = viewBytes(bytes);
  if (!isZip(view))
    throw new ImportError('not a zip archive', { where: 'file', expected: 'PK\\x03\\x04', got: 'other bytes' });
  const seen = new Set<string>();
  const declared = new Map<string, number>();
  let total = 0;
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(view, {
      filter({ name, size, originalSize }) {
        if (seen.has(name)) refuse(name, 'an entry twice', 'every name once');
        seen.add(name);
        if (name.endsWith('/') || !only(name)) return false;
        if (size > view.length || originalSize > size * MOST_EXPANSION + 64) {
          refuse(
            name,
            'a size that cannot be',
            `at most ${view.length} packed bytes`,
            `${size} packed, ${originalSize} unpacked`,
          );
        }
        total += originalSize;
        if (total > limit) refuse(name, 'too large', `at most ${limit} bytes unpacked`, `${total}`);
        declared.set(name, originalSize);
        return true;
      },
    });
  } catch (cause) {
    if (cause instanceof ImportError) throw cause;
    throw new ImportError('a damaged zip archive', {
      where: 'file',
      expected: 'entries that unpack',
      got: (cause as Error).message,
      cause,
    });
  }
  for (const [name, size] of declared) {
    const got = Object.hasOwn(entries, name) ? entries[name]?.length : undefined;
    if (got !== size) refuse(name, 'not the declared size', `${size} bytes`, `${got}`);
  }
  return new Map(Object.entries(entries));
}

function refuse(name: string, message: string, expected: string, got?: string): never {
  throw new ImportError(message, { where: `zip entry ${JSON.stringify(name)}`, expected, got });
}
