/**
 * Every error Gatewise throws is a `GatewiseError` with a stable `code`, and says where
 * (model layer, tensor or argument), what was expected, and what came instead.
 */
export interface ErrorDetails {
  /** The layer, tensor, argument or file section that is wrong. */
  readonly where?: string | undefined;
  readonly expected?: string | undefined;
  readonly got?: string | undefined;
  readonly cause?: unknown;
}

export class GatewiseError extends Error {
  /** Stable, machine-readable name of the kind of failure. */
  readonly code: string = 'GATEWISE';
  readonly where: string | undefined;
  readonly expected: string | undefined;
  readonly got: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(compose(message, details), 'cause' in details ? { cause: details.cause } : undefined);
    this.name = new.target.name;
    this.where = details.where;
    this.expected = details.expected;
    this.got = details.got;
  }
}

/** A model description that contradicts itself, misses something, or has a misspelt field. */
export class SpecError extends GatewiseError {
  override readonly code = 'SPEC';
}

/** A file that cannot be honoured exactly: malformed, or using something not supported. */
export class ImportError extends GatewiseError {
  override readonly code = 'IMPORT';
}

/** A call's argument has the wrong length, rank, type or value. */
export class InputError extends GatewiseError {
  override readonly code = 'INPUT';
}

/** Saved state that belongs to another model, or is truncated or corrupted. */
export class StateError extends GatewiseError {
  override readonly code = 'STATE';
}

/** What was asked has no meaning for this model, e.g. streaming a bidirectional layer. */
export class UnsupportedError extends GatewiseError {
  override readonly code = 'UNSUPPORTED';
}

/** The JavaScript runtime lacks what the kernels need. */
export class RuntimeError extends GatewiseError {
  override readonly code = 'RUNTIME';
}

/** The memory limit was reached, or the runtime refused to grow the memory. */
export class MemoryLimitError extends GatewiseError {
  override readonly code = 'MEMORY';
}

/** A model or stream was used after `dispose()`. */
export class DisposedError extends GatewiseError {
  override readonly code = 'DISPOSED';
}

function compose(message: string, { where, expected, got }: ErrorDetails): string {
  let text = where === undefined ? message : `${where}: ${message}`;
  if (expected !== undefined) text += `; expected ${expected}`;
  if (got !== undefined) text += `${expected === undefined ? ';' : ','} got ${got}`;
  return text;
}
