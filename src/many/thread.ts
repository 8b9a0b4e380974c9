import type { Reply, Request } from './messages.js';

/** What is asked of a worker: those of browsers, Deno and Bun have it, and those of `node:worker_threads`. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/** How a worker is heard, in browsers and in Node. */
interface Listening {
  addEventListener?(type: string, listener: (event: { data?: unknown; message?: unknown }) => void): void;
  on?(type: string, listener: (value: never) => void): void;
  ref?(): void;
  unref?(): void;
}

/** A worker, wherever it runs. Nothing is heard of it after its end. */
export interface Thread {
  post(request: Request): void;
  /** Whether it keeps the process alive. */
  hold(held: boolean): void;
  /** Resolves when it has ended. */
  end(): Promise<void>;
}

/**
 * @param hear what it says.
 * @param lost it has ended by itself, or is no use any more; called once at most, and not after `end`.
 */
export function threadOf(
  worker: WorkerLike & Listening,
  hear: (reply: Reply) => void,
  lost: (cause: unknown) => void,
): Thread {
  let over = false;
  const fail = (cause: unknown): void => {
    if (over) return;
    over = true;
    worker.terminate();
    lost(cause);
  };
  const take = (reply: unknown): void => {
    if (!over) hear(reply as Reply);
  };
  if (worker.addEventListener) {
    worker.addEventListener('message', ({ data }) => take(data));
    worker.addEventListener('messageerror', () => fail('what it said could not be read'));
    // Of a script that cannot be fetched the event says nothing.
    worker.addEventListener('error', ({ message }) => fail(message ?? 'its script could not be loaded'));
    // Bun has it, for a worker that has left.
    worker.addEventListener('close', () => fail('it ended'));
  } else {
    worker.on?.('message', take);
    worker.on?.('messageerror', fail);
    worker.on?.('error', fail);
    worker.on?.('exit', (code: unknown) => fail(`it ended with code ${code}`));
  }
  return {
    post: (request) => worker.postMessage(request),
    hold: (held) => (held ? worker.ref?.() : worker.unref?.()),
    async end() {
      over = true;
      // Node does not wait for those that do not hold it.
      worker.ref?.();
      await worker.terminate();
    },
  };
}
