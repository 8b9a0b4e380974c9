import { type GatewiseError, InputError } from '../errors.js';
import { badInput, describe, reading } from '../refuse.js';
import { arrayType } from '../typed.js';
import { takeBatch } from './batches.js';
import type { Task, TaskOwner } from './crew.js';
import { fromText } from './errors.js';
import type { Facts, Output, RowResult } from './messages.js';
import type { RunManyOptions } from './options.js';
import { type Row, readRow } from './sequence.js';

export type Result = Output | GatewiseError;

/** Numbers that have been read or computed and not yet taken, in bytes: beyond, no further sequence is read. */
const MOST_BYTES = 64 * 2 ** 20;
/** Sequences, for each worker. */
const MOST_AHEAD = 128;

/** One call of `runMany` or `runEach`: reads sequences a bounded way ahead, makes tasks of them, and gives results in order. */
export class Run implements TaskOwner {
  readonly #source: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #total: number | undefined;
  readonly #options: RunManyOptions;
  readonly #facts: Facts;
  readonly #workers: number;
  /** Read, and in no task; oldest first. */
  readonly #waiting: Row[] = [];
  /** Those that were in a worker which ended. What that had done last may have been lost with it, so it is not known which of them did it. */
  readonly #suspects: Row[] = [];
  readonly #results = new Map<number, Result>();
  /** Sequences read, finished, and taken by the caller. */
  #read = 0;
  #done = 0;
  #taken = 0;
  #bytes = 0;
  #reading = false;
  /** The source has ended. */
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** @param feed there may be a task. @throws {InputError} no list of sequences. */
  constructor(
    sequences: unknown,
    options: RunManyOptions,
    facts: Facts,
    workers: number,
    readonly feed: () => void,
  ) {
    [this.#source, this.#total] = reading(InputError, 'sequences', () => {
      const { length, size } = Object(sequences);
      return [iteratorOf(sequences), [length, size].find((count) => typeof count === 'number')];
    });
    this.#options = options;
    this.#facts = facts;
    this.#workers = workers;
  }

  /** The next task, if there is one. @param idle for a worker that has none. */
  take(idle: boolean): Task | undefined {
    if (this.#failure) return undefined;
    const suspect = idle ? this.#suspects.shift() : undefined;
    if (suspect) return { rows: [suspect], run: this };
    // The fewer are left the smaller the tasks, so that all workers end at the same time.
    const most = Math.max(1, Math.ceil(this.#waiting.length / (2 * this.#workers)));
    const rows = takeBatch(this.#waiting, this.#facts, most);
    return rows.length > 0 ? { rows, run: this } : undefined;
  }

  /** The next result, in the order of the sequences; undefined after the last. @throws what ended the run. */
  async next(): Promise<Result | undefined> {
    for (;;) {
      // What it reads at once, it wakes nobody for.
      this.#fill();
      if (this.#failure) throw this.#failure.error;
      const result = this.#results.get(this.#taken);
      if (result !== undefined) {
        this.#results.delete(this.#taken++);
        this.#bytes -= bytesOf(result);
        this.#fill();
        return result;
      }
      if (this.#ended && this.#taken === this.#read) return undefined;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  finish({ rows }: Task, results: readonly RowResult[]): void {
    rows.forEach((row, index) => {
      const { error, output } = results[index] as { error?: never; output: Output };
      this.#finishRow(row, error ? fromText(error) : output);
    });
    this.#report();
  }

  lose({ rows }: Task, error?: GatewiseError): void {
    if (!error && !rows[0]?.suspect) this.#waiting.unshift(...rows);
    else {
      for (const row of rows) {
        // The worker was alone with it.
        if (error && row.suspect) this.#finishRow(row, error);
        else this.#suspects.push(row);
        row.suspect = true;
      }
    }
    this.#report();
  }

  /** Ends it: nothing more is read, and `next` throws. */
  fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    this.#waiting.length = 0;
    this.#suspects.length = 0;
    this.#results.clear();
    if (!this.#ended && !this.#reading) this.#closeSource();
    this.#wake?.();
  }

  #finishRow(row: Row, result: Result): void {
    if (this.#failure) return;
    this.#bytes += bytesOf(result) - row.bytes;
    this.#results.set(row.index, result);
    this.#done++;
  }

  #report(): void {
    if (!this.#failure) {
      try {
        this.#options.onProgress?.({ done: this.#done, total: this.#total });
      } catch (error) {
        this.fail(error);
      }
    }
    this.#wake?.();
  }

  /** Reads on while there is room. */
  async #fill(): Promise<void> {
    if (this.#reading || this.#ended) return;
    this.#reading = true;
    try {
      while (!this.#failure && !this.#ended && this.#hasRoom()) {
        const step: IteratorResult<unknown> | Promise<IteratorResult<unknown>> = this.#source.next();
        // Most need no waiting.
        const { done, value } = isPromise(step) ? await step : step;
        if (done) this.#ended = true;
        else this.#add(isPromise(value) ? await value : value);
      }
    } catch (error) {
      this.#ended = true;
      this.fail(error);
    } finally {
      this.#reading = false;
      if (this.#failure && !this.#ended) this.#closeSource();
      this.#wake?.();
      this.feed();
    }
  }

  #add(sequence: unknown): void {
    if (this.#failure) return;
    const index = this.#read++;
    try {
      const row = readRow(index, sequence, this.#facts);
      this.#bytes += row.bytes;
      this.#waiting.push(row);
    } catch (error) {
      this.#results.set(index, error as GatewiseError);
      this.#done++;
      this.#report();
    }
  }

  #hasRoom(): boolean {
    const ahead = this.#read - this.#taken;
    return ahead === 0 || (ahead < MOST_AHEAD * this.#workers && this.#bytes < MOST_BYTES);
  }

  /** Tells the source that no more is wanted, as leaving a `for await` does. */
  async #closeSource(): Promise<void> {
    this.#ended = true;
    try {
      await this.#source.return?.();
    } catch {
      // The run has ended for another reason, which is reported.
    }
  }
}

/** @throws {InputError} nothing to iterate over, or numbers, which are one sequence. */
function iteratorOf(sequences: unknown): Iterator<unknown> | AsyncIterator<unknown> {
  const given: Partial<Record<symbol, () => Iterator<unknown>>> = Object(sequences);
  const iterate = given[Symbol.asyncIterator] ?? given[Symbol.iterator];
  if (arrayType(sequences) !== undefined || typeof sequences === 'string' || typeof iterate !== 'function') {
    badInput('sequences', 'not a list of sequences', 'an array, a Set, an (async) iterable, …', describe(sequences));
  }
  return iterate.call(sequences);
}

const isPromise = <Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> =>
  typeof (value as { then?: unknown } | undefined)?.then === 'function';

function bytesOf(result: Result): number {
  if (result instanceof Error) return 0;
  const arrays = arrayType(result) === undefined ? Object.values(result).map(({ data }) => data) : [result];
  return (arrays as Float32Array[]).reduce((sum, { byteLength }) => sum + byteLength, 0);
}
