import { type FileHandle, open } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from 'hyparquet';
import { decompressLz4, decompressLz4Raw, decompressZstd } from 'hyparquet-compressors';
import { InputError } from '../../index.js';
import { readAt, withFile } from './bytes.js';
import { type Numbers, numberOf, Pieces, type Table } from './table.js';

/** Beside Snappy, which its reader has; Node has those that are large. */
const compressors: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => decompressZstd(input),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
};

/**
 * Columns of a Parquet file; one row group is in memory at a time.
 * @throws {InputError} another file; when read, what is no number, also what is missing.
 */
export async function openParquet(path: string, where: string): Promise<Table> {
  const metadata = await withFile(path, async (file) => {
    const buffer = await bufferOf(file);
    return parquet(where, () => parquetMetadataAsync(buffer));
  });
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  return {
    where,
    columns,
    named: true,
    rows: Number(metadata.num_rows),
    async *read(wanted, rows, numbers) {
      const names = wanted.map((column) => columns[column] as string);
      const pieces = new Pieces(names.length, rows, numbers);
      const file = await open(path);
      try {
        yield* groups(await bufferOf(file), metadata, names, pieces, where);
      } finally {
        await file.close();
      }
    },
  };
}

/** One row group after another. */
async function* groups(
  file: AsyncBuffer,
  metadata: FileMetaData,
  names: readonly string[],
  pieces: Pieces,
  where: string,
): AsyncGenerator<Numbers> {
  let begin = 0;
  for (const group of metadata.row_groups) {
    const end = begin + Number(group.num_rows);
    const read = () => groupColumns(file, metadata, [...new Set(names)], begin, end);
    const data = await parquet(where, read);
    for (let row = begin; row < end; row++) {
      for (const name of names) {
        const value = data.get(name)?.[row - begin];
        pieces.put(plainNumber(value, () => `${where}, row ${row + 1}, column ${JSON.stringify(name)}`));
      }
      if (pieces.isFull) yield pieces.take() as Numbers;
    }
    begin = end;
  }
  const last = pieces.take();
  if (last) yield last;
}

async function bufferOf(file: FileHandle): Promise<AsyncBuffer> {
  const { size } = await file.stat();
  const slice = async (start: number, end = size) => {
    const bytes = await readAt(file, start, end - start);
    return bytes.buffer.slice(0, bytes.length) as ArrayBuffer;
  };
  return { byteLength: size, slice };
}

/** The columns of some rows by name. */
async function groupColumns(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: string[],
  rowStart: number,
  rowEnd: number,
): Promise<Map<string, unknown[]>> {
  const data = new Map(columns.map((name): [string, unknown[]] => [name, []]));
  await parquetRead({
    file,
    metadata,
    columns,
    rowStart,
    rowEnd,
    compressors,
    onChunk({ columnName, columnData, rowStart: from }) {
      const column = data.get(columnName) as unknown[];
      for (let i = 0; i < columnData.length; i++) column[from - rowStart + i] = columnData[i];
    },
  });
  return data;
}

function plainNumber(value: unknown, place: () => string): number {
  if (typeof value === 'number' || typeof value === 'bigint') return numberOf(`${value}`, place);
  if (typeof value === 'boolean') return Number(value);
  const got = value === null || value === undefined ? 'nothing' : `${typeof value} ${String(value).slice(0, 60)}`;
  throw new InputError('not a number', { where: place(), expected: 'a number', got });
}

/** What the library throws is about the file. */
async function parquet<Result>(where: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    const got = (cause as Error).message;
    throw new InputError('cannot be read', { where, expected: 'a Parquet file', got, cause });
  }
}
