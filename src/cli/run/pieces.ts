import { setImmediate } from 'node:timers/promises';
import { InputError, type Model, type ModelValue } from '../../index.js';
import { columnsOf } from '../input/columns.js';
import type { Numbers, NumbersType, Table } from '../input/table.js';

/** Numbers of a piece, the larger of what goes in and what comes out. */
const PIECE = 1 << 16;
const MOST_ROWS = 8192;

const nameOf = ([first]: readonly ModelValue[]): string => first?.name ?? '';

/** Rows of a piece. */
export const rowsFor = ({ inputs, outputs }: Model): number => {
  const most = Math.max(...[inputs, outputs].map((values) => values.reduce((sum, { features }) => sum + features, 0)));
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(PIECE / most)));
};

const numbersFor = (inputs: readonly ModelValue[]): NumbersType =>
  inputs.some(({ dtype }) => dtype === 'int32') ? Float64Array : Float32Array;

/** A table in pieces, as the inputs take them, each but the last of so many rows. @throws {InputError} what is no number; no rows. */
export async function* pieces(
  model: Model,
  table: Table,
  wanted: string | undefined,
  rowsOfPiece = rowsFor(model),
): AsyncGenerator<[Record<string, Numbers>, number]> {
  const { inputs } = model;
  const columns = columnsOf(inputs, table, wanted);
  const width = columns.flat().length;
  let rows = 0;
  for await (const piece of table.read(columns.flat(), rowsOfPiece, numbersFor(inputs))) {
    const count = piece.length / width;
    rows += count;
    yield [split(piece, inputs, count), count];
    // So that Ctrl-C is heard.
    await setImmediate();
  }
  if (rows === 0) throw new InputError('no rows', { where: table.where, expected: 'at least one', got: 'none' });
}

/** The columns of each input of flat rows, flat. */
function split(piece: Numbers, inputs: readonly ModelValue[], rows: number): Record<string, Numbers> {
  if (inputs.length === 1) return { [nameOf(inputs)]: piece };
  const width = piece.length / rows;
  let first = 0;
  return Object.fromEntries(
    inputs.map(({ name, features }) => {
      const own = piece.slice(0, rows * features);
      for (let row = 0; row < rows; row++)
        for (let k = 0; k < features; k++) own[row * features + k] = piece[row * width + first + k] as number;
      first += features;
      return [name, own];
    }),
  );
}

/**
 * All rows of a table, flat; of a batch, its sequences one after another. Where there are no timesteps, rows are the batch.
 * @throws {InputError} rows that are not so many sequences.
 */
export async function gathered(
  model: Model,
  table: Table,
  wanted: string | undefined,
  batch: number | undefined,
): Promise<[Record<string, Numbers>, { batch: number }]> {
  const all: Record<string, Numbers>[] = [];
  let rows = 0;
  for await (const [inputs, count] of pieces(model, table, wanted)) {
    all.push(inputs);
    rows += count;
  }
  const sequences = batch ?? (model.inputs.every(({ kind }) => kind === 'vector') ? rows : 1);
  rowsOfEach(rows, sequences, table);
  const whole = model.inputs.map(({ name, features }) => {
    const numbers = new (numbersFor(model.inputs))(rows * features);
    let at = 0;
    for (const { [name]: piece } of all) {
      numbers.set(piece as Numbers, at);
      at += (piece as Numbers).length;
    }
    return [name, numbers] as const;
  });
  return [Object.fromEntries(whole), { batch: sequences }];
}

/** Rows of each of so many sequences. @throws {InputError} not as many of each. */
export function rowsOfEach(rows: number, sequences: number, { where }: Table): number {
  if (rows % sequences === 0) return rows / sequences;
  const expected = `a multiple of ${sequences}, as all sequences are of one length`;
  throw new InputError('wrong number of rows', { where, expected, got: `${rows}` });
}
