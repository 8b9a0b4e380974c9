/** An option that makes no sense, by itself or beside the others: the usage is at fault, no file. */
export class UsageError extends Error {
  readonly code = 'USAGE';
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
