import { DisposedError, type GatewiseError, SpecError } from '../errors.js';
import type { Input, ModelSource, ModelSpec, NamedOutput } from '../index.js';
import { badSpec, describe, raise, reading } from '../refuse.js';
import { copyOf, sharedArrays } from './copy.js';
import { MOST_TASKS, Seat } from './crew.js';
import type { Facts, Sequence, WorkerModelOptions } from './messages.js';
import { type PoolOptions, type RunManyOptions, readBothOptions, readPoolOptions, readRunOptions } from './options.js';
import { Run } from './run.js';
import type { WorkerLike } from './thread.js';

/** What comes of a sequence: what `model.run` gives of an input, `model.runNamed` of inputs by name; or why there is nothing. */
export type ResultOf<Given> =
  | (Given extends Input ? Float32Array<ArrayBuffer> : Record<string, NamedOutput>)
  | GatewiseError;

export type Sequences<Given> = Iterable<Given | PromiseLike<Given>> | AsyncIterable<Given>;

/** Workers that have a model each. Made by `createPool`. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: what the interface says is defined below
export class Pool {
  readonly #seats: readonly Seat[];
  /** What the workers said of their model. */
  #facts: Facts | undefined;
  /** Those under way; the next to be given a worker first. */
  readonly #runs = new Set<Run>();
  #disposed: Promise<void> | undefined;

  /** @internal Use `createPool`. */
  constructor(workers: number, start: () => WorkerLike, spec: ModelSpec, options: WorkerModelOptions) {
    this.#seats = Array.from({ length: workers }, () => new Seat(start, spec, options, () => this.#feed()));
    const { asyncDispose } = Symbol as { readonly asyncDispose?: symbol };
    if (asyncDispose) Object.defineProperty(this, asyncDispose, { value: () => this.dispose() });
  }

  /** @internal Starts all workers. @throws what kept one from it; none is left then. */
  async open(): Promise<void> {
    try {
      [this.#facts] = await Promise.all(this.#seats.map((seat) => seat.open()));
    } catch (error) {
      await this.dispose();
      throw error;
    }
  }

  /** How many workers there are at most. */
  get workers(): number {
    return this.#seats.length;
  }

  /**
   * Runs each sequence from a fresh state, on whichever worker is free; sequences of the same or nearly the same length as one batch, where
   * that changes no bit.
   *
   * @param sequences a list or (async) iterable of what `model.run` takes (`[time, features]`, flat, nested, or `{ data, shape }`), or of inputs
   *   by name as `model.runNamed` takes them. Each is copied when it is read.
   * @returns the results in the order of the sequences: `[time, outputs]` flat or `[outputs]`, or results by name; in the place of one that
   *   failed its `GatewiseError`.
   * @throws {InputError} no list, an unknown option. What reading `sequences` or `onProgress` throws; the signal's reason; a `WorkerError` where
   *   no worker can be started. Nothing of the run goes on then.
   * @throws {DisposedError} the pool is, or was meanwhile.
   */
  async runMany<Given extends Sequence>(
    sequences: Sequences<Given>,
    options: RunManyOptions = {},
  ): Promise<ResultOf<Given>[]> {
    const results: ResultOf<Given>[] = [];
    for await (const result of this.runEach(sequences, options)) results.push(result);
    return results;
  }

  /**
   * As `runMany`, with the results as they come, in order: `for await (const y of pool.runEach(sequences))`. Sequences are read 128 a worker or
   * 64 MiB ahead of what has been taken, and not before that, however many there are. Leaving the loop ends what was begun.
   */
  async *runEach<Given extends Sequence>(
    sequences: Sequences<Given>,
    options: RunManyOptions = {},
  ): AsyncGenerator<ResultOf<Given>, void> {
    const own = readRunOptions(options);
    const { signal } = own;
    this.#alive();
    const run = new Run(sequences, own, this.#facts as Facts, this.workers, () => this.#feed());
    const abort = (): void => this.#end(run, signal?.reason);
    this.#runs.add(run);
    signal?.addEventListener('abort', abort);
    try {
      if (signal?.aborted) abort();
      for (let result = await run.next(); result !== undefined; result = await run.next())
        yield result as ResultOf<Given>;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#end(run, undefined);
    }
  }

  /** Ends the workers, and runs that are under way with a `DisposedError`. Further calls do nothing. @returns when all have ended. */
  dispose(): Promise<void> {
    this.#disposed ??= (async () => {
      const error = new DisposedError('this pool has been disposed', { where: 'pool', expected: 'a live pool' });
      for (const run of this.#runs) run.fail(error);
      await Promise.all(this.#seats.map((seat) => seat.close(error).ended));
    })();
    return this.#disposed;
  }

  #alive(): void {
    if (this.#disposed) raise(DisposedError, 'pool', 'this pool has been disposed', 'a live pool');
  }

  /** Gives tasks to the workers that have fewest, as long as there are some. */
  #feed(): void {
    while (!this.#disposed) {
      const seat = this.#seats.reduce((least, other) => (other.load < least.load ? other : least));
      if (seat.load >= MOST_TASKS) return;
      let task: ReturnType<Run['take']>;
      for (const run of this.#runs) {
        task = run.take(seat.load === 0);
        if (!task) continue;
        // In turns.
        this.#runs.delete(run);
        this.#runs.add(run);
        break;
      }
      if (!task) return;
      seat.give(task);
    }
  }

  /** Ends a run, and the workers that are at it: a run of a model cannot be interrupted. The next task starts others. */
  #end(run: Run, reason: unknown): void {
    run.fail(reason);
    this.#runs.delete(run);
    for (const seat of this.#seats) {
      if (!seat.hasTasksOf(run)) continue;
      const error = new DisposedError('the run has ended', { where: 'pool' });
      for (const task of seat.close(error).tasks) if (task.run !== run) task.run.lose(task);
    }
    this.#feed();
  }
}

/** `await using pool = …`, in the types of those whose `lib` has it (`esnext.disposable`). */
type AsyncDisposable = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
  ? { readonly [K in Key]: () => Promise<void> }
  : object;
export interface Pool extends AsyncDisposable {}

/** How workers are started where the code runs, and how many there are by default. */
export interface Place {
  start(): WorkerLike;
  processors(): number;
}

/**
 * The `createPool` of a place.
 */
export async function openPool(source: ModelSource, given: PoolOptions, place: Place): Promise<Pool> {
  const { workers = place.processors(), worker = place.start, build, memoryLimit } = readPoolOptions(given);
  const spec = reading(SpecError, 'spec', () => shared(source));
  const options = { ...(build !== undefined && { build }), ...(memoryLimit !== undefined && { memoryLimit }) };
  const pool = new Pool(workers, worker, spec, options);
  await pool.open();
  return pool;
}

/** The `runMany` of a place: a pool for one run. */
export async function runOnce<Given extends Sequence>(
  source: ModelSource,
  sequences: Sequences<Given>,
  given: PoolOptions & RunManyOptions,
  place: Place,
): Promise<ResultOf<Given>[]> {
  const { onProgress, signal, ...options } = readBothOptions(given);
  if (signal?.aborted) throw signal.reason;
  const pool = await openPool(source, options, place);
  try {
    return await pool.runMany(sequences, { ...(onProgress && { onProgress }), ...(signal && { signal }) });
  } finally {
    await pool.dispose();
  }
}

/** The spec as all workers get it. @throws {SpecError} it holds what cannot go to another thread. */
function shared(source: ModelSource): ModelSpec {
  const spec = typeof source === 'object' && source !== null && 'spec' in source ? source.spec : source;
  const refuse = (got: unknown): never =>
    badSpec('spec', 'has what cannot be given to a worker', 'plain data', describe(got));
  return copyOf(spec, sharedArrays(), refuse) as ModelSpec;
}
