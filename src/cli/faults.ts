/** An option that makes no sense, by itself or beside the others: the usage is at fault, no file. */
export class UsageError extends Error {
  readonly code = 'USAGE';
}

/** What was asked does not hold of the file; the command has told what. */
export class Unmet extends Error {
  readonly code = 'UNMET';
}

/** An error in one line. */
export function faultText(error: unknown): string {
  const { message, code, name } = (error ?? {}) as NodeJS.ErrnoException;
  const line = (message ?? String(error))
    .split('\n')
    .map((part) => part.trim())
    .join(' ');
  // Gatewise's errors and the system's have codes; what has none was foreseen by nobody, so its kind is said as well.
  return code === undefined && name !== undefined ? `${name}: ${line}` : line;
}

/** A place that does not take what is written to it. */
export class WriteError extends Error {
  readonly code = 'WRITE';

  constructor(where: string, cause: unknown) {
    super(`${where}: cannot be written; ${(cause as Error).message}`, { cause });
  }
}

/** What a flag says, as a whole number of at least 1. @throws {UsageError} */
export function wholeNumber(flag: string, given: string): number {
  const number = Number(given);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new UsageError(`${flag}: expected a whole number of at least 1, got ${given}`);
}

/** What is wrong with one of several files. */
export class FileFault extends Error {
  readonly code = 'FILE';

  constructor(file: string, cause: unknown) {
    super(`${file}: ${faultText(cause)}`, { cause });
  }
}
