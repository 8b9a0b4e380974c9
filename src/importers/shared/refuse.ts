import { ImportError } from '../../errors.js';

/** @throws {ImportError} always. */
export function refuse(where: string, message: string, expected?: string, got?: string): never {
  throw new ImportError(message, { where, expected, got });
}
