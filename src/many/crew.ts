import { type GatewiseError, MemoryLimitError } from '../errors.js';
import type { ModelSpec } from '../index.js';
import { fromText, WorkerError } from './errors.js';
import type { Facts, RowResult, WorkerModelOptions } from './messages.js';
import type { Row } from './sequence.js';
import { type Thread, threadOf, type WorkerLike } from './thread.js';

/** Rows for one worker, and who wants their results. */
export interface Task {
  readonly rows: readonly Row[];
  readonly run: TaskOwner;
}

export interface TaskOwner {
  finish(task: Task, results: readonly RowResult[]): void;
  /** The worker ended, or was ended for the sake of another owner's task: `error` is undefined then. */
  lose(task: Task, error?: GatewiseError): void;
  /** There is no worker to be had. */
  fail(error: unknown): void;
}

/** What workers are given: a task to work at, and one that waits, so that none is idle while its results are on their way. */
export const MOST_TASKS = 2;

const isSuspect = ({ rows }: Task): boolean => rows.some(({ suspect }) => suspect);

/** A place for a worker: started when there is something to do, replaced when it has ended. */
export class Seat {
  readonly #start: () => Promise<WorkerLike> | WorkerLike;
  /** There is room for a task. */
  readonly #freed: () => void;
  readonly #model: { readonly spec: ModelSpec; readonly options: WorkerModelOptions };
  #thread: Thread | undefined;
  /** What the worker says of its model, once it has one. */
  #ready: Promise<Facts> | undefined;
  #refuse: ((error: unknown) => void) | undefined;
  /** The first is being worked at. */
  #tasks: Task[] = [];
  /** Counts workers: what a former one says is not heard. */
  #turn = 0;

  constructor(
    start: () => Promise<WorkerLike> | WorkerLike,
    spec: ModelSpec,
    options: WorkerModelOptions,
    freed: () => void,
  ) {
    this.#freed = freed;
    this.#start = start;
    this.#model = { spec, options };
  }

  /** How many tasks it has; as many as it takes, if it has one that it must be alone with. */
  get load(): number {
    return this.#tasks.some(isSuspect) ? MOST_TASKS : this.#tasks.length;
  }

  /** Whether it is at something of this owner's. */
  hasTasksOf(run: TaskOwner): boolean {
    return this.#tasks.some((task) => task.run === run);
  }

  /**
   * Makes sure that there is a worker which has the model.
   * @throws {WorkerError} it cannot be started. Whatever `createModel` throws.
   */
  open(): Promise<Facts> {
    if (!this.#ready) {
      const ready = this.#open();
      this.#ready = ready;
      ready.catch(() => {
        // The next task tries again.
        if (this.#ready === ready) this.#ready = undefined;
      });
    }
    return this.#ready;
  }

  async give(task: Task): Promise<void> {
    this.#tasks.push(task);
    this.#thread?.hold(true);
    try {
      await this.open();
    } catch (error) {
      if (!this.#tasks.includes(task)) return;
      this.#tasks = this.#tasks.filter((other) => other !== task);
      task.run.fail(error);
      this.#freed();
      return;
    }
    if (!this.#tasks.includes(task)) return;
    // Copied, not handed over: should the worker end, they are run again.
    const rows = task.rows.map(({ sequence }) => sequence);
    this.#thread?.post({ type: 'run', rows, together: rows.length > 1 });
  }

  /** Ends the worker. @returns the tasks that it had. */
  close(error: GatewiseError): { readonly tasks: readonly Task[]; readonly ended: Promise<void> | undefined } {
    const [tasks, thread] = [this.#tasks, this.#thread];
    this.#leave(error);
    return { tasks, ended: thread?.end() };
  }

  async #open(): Promise<Facts> {
    const turn = ++this.#turn;
    let worker: WorkerLike;
    try {
      worker = await this.#start();
    } catch (cause) {
      throw new WorkerError('cannot be started', { where: 'worker', got: `${cause}`, cause });
    }
    return new Promise((resolve, reject) => {
      if (turn !== this.#turn) {
        worker.terminate();
        return reject(new WorkerError('ended before it had begun', { where: 'worker' }));
      }
      this.#refuse = reject;
      const thread = threadOf(
        worker,
        (reply) => {
          if (reply.type === 'ready') {
            this.#refuse = undefined;
            thread.hold(this.#tasks.length > 0);
            resolve(reply.facts);
          } else if (reply.type === 'refused') reject(fromText(reply.error));
          else this.#done(reply.results);
        },
        (cause) => this.#lost(cause),
      );
      this.#thread = thread;
      thread.post({ type: 'model', ...this.#model });
    });
  }

  #done(results: readonly RowResult[]): void {
    const task = this.#tasks.shift();
    if (this.load === 0) this.#thread?.hold(false);
    task?.run.finish(task, results);
    this.#freed();
  }

  /** The worker has ended by itself. */
  #lost(cause: unknown): void {
    const began = this.#refuse === undefined;
    const error = errorOf(cause, began);
    const tasks = this.#tasks;
    this.#leave(error);
    // One that does not come to work would not the next time.
    for (const task of tasks) began ? task.run.lose(task, error) : task.run.fail(error);
    this.#freed();
  }

  #leave(error: GatewiseError): void {
    this.#turn++;
    this.#tasks = [];
    this.#thread = undefined;
    this.#ready = undefined;
    this.#refuse?.(error);
    this.#refuse = undefined;
  }
}

function errorOf(cause: unknown, began: boolean): GatewiseError {
  const { code } = (cause ?? {}) as { code?: unknown };
  const got = typeof cause === 'string' ? cause : `${cause}`;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new MemoryLimitError('the worker ran out of memory', { where: 'worker', got, cause });
  const message = began ? 'ended while it ran this sequence' : 'cannot be started';
  const expected = began
    ? undefined
    : 'the script gatewise/many/worker, or options.worker which starts one that imports it';
  return new WorkerError(message, { where: 'worker', expected, got, cause });
}
