import {
  DisposedError,
  GatewiseError,
  ImportError,
  InputError,
  MemoryLimitError,
  RuntimeError,
  SpecError,
  StateError,
  UnsupportedError,
} from '../errors.js';

/** A worker ended, or could not be started: out of memory, an exception outside of the model, a script that is not where it should be. */
export class WorkerError extends GatewiseError {
  override readonly name = 'WorkerError';
  override readonly code = 'WORKER';
}

type ErrorClass = new (message: string) => GatewiseError;

/** Those that may come out of a worker, by name. */
const CLASSES: Readonly<Record<string, ErrorClass | undefined>> = {
  __proto__: null as never,
  DisposedError,
  ImportError,
  InputError,
  MemoryLimitError,
  RuntimeError,
  SpecError,
  StateError,
  UnsupportedError,
};

/** An error on its way between threads: clones of errors lose their class and what they say beside their message. */
export interface ErrorText {
  readonly name: string;
  readonly message: string;
  readonly where: string | undefined;
  readonly expected: string | undefined;
  readonly got: string | undefined;
}

export function toText(error: unknown): ErrorText {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const { where, expected, got } = error instanceof GatewiseError ? error : ({} as Partial<ErrorText>);
  return { name, message, where, expected, got };
}

/** The error that it was, of this thread's class; what was none of ours is a `WorkerError` that says what it was. */
export function fromText({ name, message, where, expected, got }: ErrorText): GatewiseError {
  const known = CLASSES[name];
  if (!known) return new WorkerError(`${name}: ${message}`, { where: 'worker' });
  // The message has its parts in it already.
  return Object.assign(new known(message), { where, expected, got });
}
