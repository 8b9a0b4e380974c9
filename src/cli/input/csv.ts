import Papa from 'papaparse';
import { InputError } from '../../index.js';
import { isNumber, type Numbers, numbered, numberOf, Pieces, show, type Table } from './table.js';

export interface CsvOptions {
  /** One character. Default: found in the first lines. */
  readonly delimiter?: string;
  /** Whether the first row is names. Default: it is if none of them is a number, and is not if all are. */
  readonly header?: boolean;
}

/** Characters and lines that the delimiter and the ends of lines are found in: lines may come one by one, as somebody measures them. */
const HEAD = 1 << 16;
const GUESSED_FROM = 10;

/**
 * A table of text (RFC 4180, any delimiter), read as it comes.
 * @throws {InputError} nothing in it; a first row of which nobody can tell whether it is names.
 */
export async function openCsv(
  source: AsyncIterable<Uint8Array>,
  where: string,
  { delimiter, header }: CsvOptions,
): Promise<Table> {
  const chunks = texts(source)[Symbol.asyncIterator]();
  let head = '';
  let ended = false;
  const lines = delimiter === undefined ? GUESSED_FROM : 1;
  while (!ended && !(head.length < HEAD ? head.split('\n').length > lines : /[\n\r]./s.test(head))) {
    const { value, done } = await chunks.next();
    ended = done === true;
    head += value ?? '';
  }
  const { data, meta } = Papa.parse<string[]>(head, {
    preview: 2,
    skipEmptyLines: true,
    ...(delimiter !== undefined && { delimiter }),
  });
  const first = data[0] ?? [''];
  if (first.length === 1 && first[0]?.trim() === '')
    throw new InputError('nothing in it', {
      where,
      expected: 'rows of numbers',
      got: head === '' ? 'an empty file' : '',
    });
  const named = header ?? isHeader(first, where);
  const parser = new Papa.Parser({ delimiter: meta.delimiter, newline: meta.linebreak as '\n' });
  return {
    where,
    columns: named ? first.map((name) => name.trim()) : numbered(first.length),
    named,
    async *read(columns, rows, numbers) {
      const all = records(head, chunks, parser, where);
      const pieces = new Pieces(columns.length, rows, numbers);
      yield* numbersOf(all, named ? 1 : 0, first.length, columns, pieces, where);
    },
    close: async () => void (await chunks.return?.(undefined)),
  };
}

/** @throws {InputError} neither all names nor all numbers. */
function isHeader(first: readonly string[], where: string): boolean {
  const numbers = first.filter(isNumber).length;
  if (numbers === 0 || numbers === first.length) return numbers === 0;
  const expected = 'names alone or numbers alone; --header says which';
  throw new InputError('a first row of both names and numbers', { where, expected, got: show(first.join(',')) });
}

async function* texts(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // Takes a mark of the byte order off the beginning.
  const decoder = new TextDecoder();
  for await (const bytes of source) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}

/** Rows of fields. What is at the end of a text may be the beginning of a row, and waits for the next. */
async function* records(
  head: string,
  chunks: AsyncIterator<string>,
  parser: Papa.Parser,
  where: string,
): AsyncGenerator<readonly (readonly string[])[], void> {
  let text = head;
  for (let ended = false; ; ) {
    const { data, meta, errors } = parser.parse(text, 0, !ended) as Papa.ParseResult<string[]>;
    const [fault] = ended ? errors : [];
    if (fault) throw new InputError(fault.message, { where, expected: 'quotes that are closed', got: 'the end' });
    yield data;
    if (ended) return;
    const next = await chunks.next();
    ended = next.done === true;
    text = text.slice(meta.cursor) + (next.value ?? '');
  }
}

/** @param skip rows before those of numbers. */
async function* numbersOf(
  all: AsyncIterable<readonly (readonly string[])[]>,
  skip: number,
  fields: number,
  columns: readonly number[],
  pieces: Pieces,
  where: string,
): AsyncGenerator<Numbers> {
  let row = -skip;
  let blank = 0;
  for await (const records of all) {
    for (const record of records) {
      if (++row <= 0) continue;
      if (record.length === 1 && record[0] === '') {
        // At the end there may be some.
        blank ||= row;
        continue;
      }
      if (blank || record.length !== fields) {
        const got = blank ? 'a blank line' : `${record.length}: ${show(record.join(','))}`;
        throw new InputError('not a row', {
          where: `${where}, row ${blank || row}`,
          expected: `${fields} fields`,
          got,
        });
      }
      for (const column of columns)
        pieces.put(numberOf(record[column] as string, () => `${where}, row ${row}, column ${column + 1}`));
      if (pieces.isFull) yield pieces.take() as Numbers;
    }
  }
  const last = pieces.take();
  if (last) yield last;
}
