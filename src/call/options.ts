import { badInput, describe } from '../refuse.js';

/**
 * Options of a public function.
 * @param where the function's name.
 * @throws {InputError} no object, or with a key that is none of those known.
 */
export function checkOptions(options: unknown, known: readonly string[], where: string): void {
  const expected = known.join(', ');
  if (typeof options !== 'object' || options === null || Array.isArray(options) || ArrayBuffer.isView(options)) {
    badInput(where, 'options are no object', `an object with ${expected}`, describe(options));
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) badInput(where, `unknown option ${describe(key)}`, expected, describe(key));
  }
}
