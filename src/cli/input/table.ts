import { InputError, type Tensor } from '../../index.js';

/** Numbers in columns, one timestep a row, read from the first to the last once. */
export interface Table {
  /** `file "x.csv"`, for errors. */
  readonly where: string;
  /** Their names; 1, 2, … where the file has none. */
  readonly columns: readonly string[];
  /** Whether the names are the file's. */
  readonly named: boolean;
  /** How many rows there are, if that is known before they are read. */
  readonly rows?: number;
  /**
   * All rows, in pieces of at most so many, each flat `[rows][columns]`.
   * @param columns which, by number from 0, in this order.
   * @throws {InputError} what is no number.
   */
  read(columns: readonly number[], rows: number, numbers: NumbersType): AsyncIterable<Numbers>;
  /** Closes what is open although it has not been read to the end. */
  close?(): Promise<void>;
}

export type Numbers = Float32Array | Float64Array;
/** Features as float32; token ids as float64, which holds them all. */
export type NumbersType = Float32ArrayConstructor | Float64ArrayConstructor;

/** An array with a shape, or nested ones: what `Model.runNamed` takes. */
export type Value = Tensor | Nested;
export type Nested = readonly (number | Nested)[];

/** What an input file holds, by one way of reading it or two. */
export interface Given {
  /** `file "x.csv"`, for errors. */
  readonly where: string;
  /** Its rows, where it may be read as a table. */
  readonly table?: Table;
  /** Its one array that has no name, with its own shape. */
  array?(): Promise<Value>;
  /** Its arrays by name. */
  readonly arrays?: Readonly<Record<string, Value>>;
}

/** Names of columns that have none. */
export const numbered = (columns: number): string[] => Array.from({ length: columns }, (_, index) => `${index + 1}`);

/** Gathers rows to pieces of an equal number of rows. */
export class Pieces {
  #piece: Numbers;
  #used = 0;

  constructor(
    readonly columns: number,
    rows: number,
    readonly numbers: NumbersType,
  ) {
    this.#piece = new numbers(columns * rows);
  }

  get isFull(): boolean {
    return this.#used === this.#piece.length;
  }

  /** The next number. */
  put(number: number): void {
    this.#piece[this.#used++] = number;
  }

  /** What has been put since the last time; undefined if nothing was. */
  take(): Numbers | undefined {
    if (this.#used === 0) return undefined;
    const piece = this.#piece.slice(0, this.#used);
    this.#used = 0;
    return piece;
  }
}

/** The largest number that float32 holds. */
const MOST = 3.4028234663852886e38;

/**
 * A number as it may stand in a text: also nan, inf and infinity, with a sign.
 * @throws {InputError} anything else, an empty field, a number beyond float32.
 */
export function numberOf(text: string, place: () => string): number {
  const number = Number(text);
  if (Math.abs(number) <= MOST && (number !== 0 || text.trim() !== '')) return number;
  const known = /^\s*([+-]?)(?:(nan)|inf(?:inity)?)\s*$/i.exec(text);
  if (known) return known[2] ? Number.NaN : known[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  throw new InputError('not a number', { where: place(), expected: 'a number that float32 holds', got: show(text) });
}

/** Whether `numberOf` takes it. */
export const isNumber = (text: string): boolean =>
  (text.trim() !== '' && !Number.isNaN(Number(text))) || /^\s*[+-]?(?:nan|inf(?:inity)?)\s*$/i.test(text);

export const show = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
