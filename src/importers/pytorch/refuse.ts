import { ImportError } from '../../errors.js';

export function refuse(where: string, message: string, expected: string, got?: string): never {
  throw new ImportError(message, { where, expected, got });
}

/** Of the file as a whole, or of the part named last. */
export function refuseFile(message: string, expected: string, got?: string, where = 'file'): never {
  refuse(where, message, expected, got);
}
