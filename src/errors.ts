/** What an error says beside its message. */
export interface ErrorDetails {
  /** The layer, tensor, argument or file section that is wrong. */
  readonly where?: string | undefined;
  readonly expected?: string | undefined;
  readonly got?: string | undefined;
  readonly cause?: unknown;
}

/**
 * Every error Gatewise throws is a `GatewiseError` with a stable `code`, and says where
 * (model layer, tensor or argument), what was expected, and what came instead.
 */
export class GatewiseError extends Error {
  // Written out: minifiers rename classes.
  override readonly name: string = 'GatewiseError';
  /** Stable, machine-readable name of the kind of failure. */
  readonly code: string = 'GATEWISE';
  readonly where: string | undefined;
  readonly expected: string | undefined;
  readonly got: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    const { text, where, expected, got } = compose(message, details);
    super(text, 'cause' in details ? { cause: details.cause } : undefined);
    this.where = where;
    this.expected = expected;
    this.got = got;
  }
}

/** A model description that contradicts itself, misses something, or has a misspelt field. */
export class SpecError extends GatewiseError {
  override readonly name = 'SpecError';
  override readonly code = 'SPEC';
}

/** A file that cannot be honoured exactly: malformed, or using something not supported. */
export class ImportError extends GatewiseError {
  override readonly name = 'ImportError';
  override readonly code = 'IMPORT';
}

/** A call's argument has the wrong length, rank, type or value. */
export class InputError extends GatewiseError {
  override readonly name = 'InputError';
  override readonly code = 'INPUT';
}

/** Saved state that belongs to another model, or is truncated or corrupted. */
export class StateError extends GatewiseError {
  override readonly name = 'StateError';
  override readonly code = 'STATE';
}

/** What was asked has no meaning for this model, e.g. streaming a bidirectional layer. */
export class UnsupportedError extends GatewiseError {
  override readonly name = 'UnsupportedError';
  override readonly code = 'UNSUPPORTED';
}

/** The JavaScript runtime lacks what the kernels need. */
export class RuntimeError extends GatewiseError {
  override readonly name = 'RuntimeError';
  override readonly code = 'RUNTIME';
}

/** The memory limit was reached, or the runtime refused to grow the memory. */
export class MemoryLimitError extends GatewiseError {
  override readonly name = 'MemoryLimitError';
  override readonly code = 'MEMORY';
}

/** A model or stream was used after `dispose()`. */
export class DisposedError extends GatewiseError {
  override readonly name = 'DisposedError';
  override readonly code = 'DISPOSED';
}

/** Most bytes of an error's text, as UTF-8. */
const MOST_BYTES = 2048;

interface Parts extends Pick<ErrorDetails, 'where' | 'expected' | 'got'> {
  readonly text: string;
}

/** The text of an error and what it says; cut where values of files or callers would make it endless. */
function compose(message: string, { where, expected, got }: ErrorDetails): Parts {
  const join = ({ text, where, expected, got }: Parts): string => {
    let whole = where === undefined ? text : `${where}: ${text}`;
    if (expected !== undefined) whole += `; expected ${expected}`;
    if (got !== undefined) whole += `${expected === undefined ? ';' : ','} got ${got}`;
    return whole;
  };
  const parts = { text: message, where, expected, got };
  const whole = join(parts);
  if (cut(whole, MOST_BYTES) === whole) return { ...parts, text: whole };
  const short = { text: cut(message, 800), where: cut(where, 300), expected: cut(expected, 500), got: cut(got, 400) };
  return { ...short, text: join(short) };
}

/** As much of a text as fits into so many bytes. */
function cut<Text extends string | undefined>(text: Text, bytes: number): Text {
  let end = 0;
  // Six are for the ellipsis and the last character; all that are not ASCII count as three.
  for (let left = bytes - 6; text && end < text.length && left > 0; end++) left -= text.charCodeAt(end) < 128 ? 1 : 3;
  return text && end < text.length ? (`${text.slice(0, end)}…` as Text) : text;
}
