import { InputError } from '../errors.js';
import { badInput, describe, reading } from '../refuse.js';
import { isRecord } from '../typed.js';

/**
 * Options of a public function, each read once.
 * @param where the function's name.
 * @throws {InputError} no object, or with a key that is none of those known.
 */
export function readOptions<Options extends object>(
  options: Options,
  known: readonly string[],
  where: string,
): Options {
  const expected = known.join(', ');
  return reading(InputError, where, () => {
    if (!isRecord(options)) {
      badInput(where, 'options are no object', `an object with ${expected}`, describe(options));
    }
    for (const key of Object.keys(options)) {
      if (!known.includes(key)) badInput(where, `unknown option ${describe(key)}`, expected, describe(key));
    }
    return { ...options };
  });
}
