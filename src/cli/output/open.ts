import { UsageError } from '../faults.js';
import { formatOf } from '../input/open.js';
import type { Growth, Writer } from './part.js';
import type { Sink } from './sink.js';

/** What writes outputs in the format of a file's extension. @throws {UsageError} one that cannot be written. */
export async function writerFor(format: string): Promise<(sink: Sink, growth: Growth) => Writer> {
  switch (format) {
    case 'csv':
    case 'tsv': {
      const { csvWriter } = await import('./csv.js');
      return (sink, growth) => csvWriter(sink, growth, format === 'csv' ? ',' : '\t');
    }
    case 'npy':
      return (await import('./npy.js')).npyWriter;
    case 'npz':
      return (await import('./npy.js')).npzWriter;
    case 'json':
      return (await import('./json.js')).jsonWriter;
    default:
      throw new UsageError(`${format}: not written; expected csv, tsv, npy, npz or json`);
  }
}

export const outputFormat = (path: string, given: string | undefined): string => given ?? formatOf(path);
