import type { Model, Stream } from '../index.js';
import type { Watched } from './observer.js';
import type { InputNumbers } from './protocol/datatypes.js';
import { refuse } from './refusal.js';

/**
 * Rows of a turn. `stepMany` puts no more together, and whoever has been answered sends the next request while the next rows are computed: with all
 * that wait in one turn, server and clients would take turns too.
 */
const MOST_ROWS = 32;
/** Timesteps that a sequence makes at once when no other waits. */
const MOST_STEPS = 64;

/** Whoever waits for something to be computed. */
export interface Waiting {
  /** Whether nobody does any longer. */
  aborted(): boolean;
  /** When it is too late, as `performance.now()` counts. */
  readonly until: number;
}

/** Timesteps of one stream, which nothing else is done with meanwhile. */
export interface Steps extends Waiting {
  readonly stream: Stream;
  /** `[time, features]`, checked. */
  readonly frames: InputNumbers;
  /** `[time, outputs]`, or `[outputs]` of a model that gives the last timestep only. */
  readonly out: Float32Array;
}

interface Job extends Steps {
  /** Timesteps made. */
  at: number;
  /** What it goes back to if it is broken off: bytes, since there may be no room for another stream. */
  backup: Uint8Array | undefined;
  resolve(): void;
  reject(error: unknown): void;
}

/** A run by itself: of whole sequences, or of models whose steps are not one input and one output. */
interface Run extends Waiting {
  run(): void;
  reject(error: unknown): void;
}

/** After what has arrived with this has been read: then it is all taken together. */
const later: (task: () => void) => void =
  (globalThis as { setImmediate?: (task: () => void) => void }).setImmediate ?? ((task) => setTimeout(task, 0));

/**
 * Computes what is asked of one model, in turns: a turn is one timestep of every sequence that waits, as one product, and one run. So
 * nobody waits for more than one turn of each of the others, however long theirs are.
 */
export class Batcher {
  readonly #model: Model;
  readonly #name: string;
  readonly #window: number;
  readonly #watched: Watched;
  /** Of one timestep. */
  readonly #features: number;
  readonly #outputs: number;
  readonly #ids: boolean;
  readonly #lastOnly: boolean;
  #jobs: Job[] = [];
  #runs: Run[] = [];
  #planned = false;
  #frames: InputNumbers = new Float32Array(0);
  #out = new Float32Array(0);

  /** @param window milliseconds that a turn waits for others to join. */
  constructor(name: string, model: Model, window: number, watched: Watched) {
    this.#name = name;
    this.#model = model;
    this.#window = window;
    this.#watched = watched;
    const [input] = model.inputs;
    const [output] = model.outputs;
    this.#features = input?.features ?? 0;
    this.#outputs = output?.features ?? 0;
    this.#ids = input?.dtype === 'int32';
    this.#lastOnly = output?.kind === 'vector';
  }

  /** Requests that wait, or are being computed. */
  get waiting(): number {
    return this.#jobs.length + this.#runs.length;
  }

  /**
   * All of its timesteps, or none: what breaks off in the middle leaves the state as it was.
   * @throws {Refusal} nobody waits any longer, or too late. @throws {MemoryLimitError}
   */
  step(steps: Steps): Promise<void> {
    return new Promise((resolve, reject) => {
      const { stream, frames, out, until } = steps;
      this.#jobs.push({
        stream,
        frames,
        out,
        until,
        aborted: () => steps.aborted(),
        at: 0,
        backup: undefined,
        resolve,
        reject,
      });
      this.#plan(this.#window);
    });
  }

  /** @param compute one run, which takes as long as it takes. */
  run<Result>(waiting: Waiting, compute: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      const run = (): void => resolve(compute());
      this.#runs.push({ until: waiting.until, aborted: () => waiting.aborted(), run, reject });
      this.#plan(0);
    });
  }

  #plan(window: number): void {
    if (this.#planned) return;
    this.#planned = true;
    const turn = (): void => this.#turn();
    if (window > 0) setTimeout(turn, window);
    else later(turn);
  }

  #turn(): void {
    this.#planned = false;
    this.#stepAll(this.#takeJobs());
    const run = this.#runs.shift();
    if (run) this.#runOne(run);
    if (this.waiting > 0) this.#plan(0);
  }

  /** The oldest that wait, without those that nobody waits for. */
  #takeJobs(): Job[] {
    const jobs: Job[] = [];
    let taken = 0;
    const now = performance.now();
    for (const job of this.#jobs) {
      if (jobs.length === MOST_ROWS) break;
      taken++;
      if (this.#isWanted(job, now)) jobs.push(job);
    }
    this.#jobs.splice(0, taken);
    return jobs;
  }

  #isWanted(job: Job, now: number): boolean {
    try {
      checkWaiting(job, now);
      return true;
    } catch (error) {
      breakOff(job, error);
      return false;
    }
  }

  #stepAll(jobs: readonly Job[]): void {
    if (jobs.length === 0) return;
    const begin = performance.now();
    const [first] = jobs as [Job];
    try {
      for (const job of jobs) if (job.at === 0 && this.#timeOf(job) > 1) job.backup = job.stream.save();
      if (jobs.length === 1 && this.#left(first) > 1) this.#several(first);
      else this.#one(jobs);
    } catch {
      // No room for all of them together, or for one: then each by itself.
      for (const job of jobs) this.#alone(job);
    }
    this.#watched.batch({ model: this.#name, rows: jobs.length, seconds: (performance.now() - begin) / 1000 });
    for (const job of jobs) {
      if (job.at < this.#timeOf(job)) this.#jobs.push(job);
      else job.resolve();
    }
  }

  /** One timestep of each. */
  #one(jobs: readonly Job[]): void {
    const [features, outputs] = [this.#features, this.#outputs];
    if (this.#frames.length < jobs.length * features) {
      this.#frames = this.#ids ? new Float64Array(jobs.length * features) : new Float32Array(jobs.length * features);
    }
    if (this.#out.length < jobs.length * outputs) this.#out = new Float32Array(jobs.length * outputs);
    const frames = this.#frames.subarray(0, jobs.length * features);
    const out = this.#out.subarray(0, jobs.length * outputs);
    for (const [row, { frames: from, at }] of jobs.entries()) {
      const frame = from.length === features ? from : from.subarray(at * features, (at + 1) * features);
      frames.set(frame, row * features);
    }
    this.#model.stepMany(
      jobs.map(({ stream }) => stream),
      frames,
      out,
    );
    for (const [row, job] of jobs.entries()) {
      job.out.set(out.subarray(row * outputs, (row + 1) * outputs), this.#lastOnly ? 0 : job.at * outputs);
      job.at++;
    }
  }

  /** Several timesteps of one that is alone. */
  #several(job: Job): void {
    const end = job.at + Math.min(this.#left(job), MOST_STEPS);
    const out = this.#lastOnly ? job.out : job.out.subarray(job.at * this.#outputs, end * this.#outputs);
    job.stream.run(job.frames.subarray(job.at * this.#features, end * this.#features), { out });
    job.at = end;
  }

  #alone(job: Job): void {
    try {
      if (job.at === 0 && this.#timeOf(job) > 1) job.backup ??= job.stream.save();
      this.#one([job]);
    } catch (error) {
      breakOff(job, error);
      // Not to be taken up again.
      job.at = this.#timeOf(job);
    }
  }

  #runOne(run: Run): void {
    const begin = performance.now();
    try {
      checkWaiting(run, begin);
      run.run();
      this.#watched.batch({ model: this.#name, rows: 1, seconds: (performance.now() - begin) / 1000 });
    } catch (error) {
      run.reject(error);
    }
  }

  readonly #timeOf = ({ frames }: Job): number => frames.length / this.#features;
  readonly #left = (job: Job): number => this.#timeOf(job) - job.at;
}

/** @throws {Refusal} */
function checkWaiting(waiting: Waiting, now: number): void {
  if (waiting.aborted()) refuse('cancelled', 'request', 'was given up by the client');
  if (now > waiting.until) refuse('timeout', 'request', 'waited too long');
}

function breakOff(job: Job, error: unknown): void {
  if (job.backup) job.stream.restore(job.backup);
  job.reject(error);
}
