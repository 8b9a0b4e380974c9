import { InputError } from '../../index.js';
import type { Given, Value } from './table.js';

/**
 * Nested arrays, `{ data, shape }`, or an object of these by name. What they hold is checked by who runs them.
 * @throws {InputError} no JSON, or none of these.
 */
export function givenJson(bytes: Uint8Array, where: string): Given {
  const value = parsed(bytes, where);
  if (isValue(value)) return { where, array: async () => value };
  if (typeof value === 'object' && value !== null) {
    const wrong = Object.entries(value).find(([, array]) => !isValue(array));
    if (!wrong) return { where, arrays: value as Record<string, Value> };
    refuse(`${where}, ${JSON.stringify(wrong[0])}`, typeof wrong[1]);
  }
  return refuse(where, String(value));
}

function parsed(bytes: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    // A text that is too long for one string, too.
    const got = (cause as Error).message;
    throw new InputError('not JSON that can be read', { where, expected: 'arrays of numbers', got, cause });
  }
}

const isValue = (value: unknown): value is Value =>
  Array.isArray(value) || (typeof value === 'object' && value !== null && 'data' in value && 'shape' in value);

function refuse(where: string, got: string): never {
  throw new InputError('no input', { where, expected: 'arrays of numbers, { data, shape }, or these by name', got });
}
