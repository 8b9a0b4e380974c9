import { malformed } from '../refusal.js';
import { text } from './datatypes.js';

export type Fields = Readonly<Record<string, unknown>>;

/** Text that percent-encoding leaves as it is. */
export const PLAIN = /^[\w.~-]*$/;

/** An object of JSON, as it was parsed: its fields are its own. */
export function objectOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    malformed(where, 'not an object', 'a JSON object', text(value));
  }
  return value as Fields;
}

/** One field of an object; undefined if it has none. */
export const field = (fields: Fields, name: string): unknown =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

/** Parameters of a request or a tensor; what is not known would not be honoured. */
export function parametersOf(of: Fields, known: readonly string[], where: string): Fields {
  const given = field(of, 'parameters');
  if (given === undefined) return {};
  const parameters = objectOf(given, `${where}.parameters`);
  for (const name of Object.keys(parameters)) {
    if (known.includes(name)) continue;
    const fault = name === 'classification' ? 'classification is not served' : 'unknown parameter';
    malformed(`${where}.parameters`, fault, known.join(', ') || 'none', text(name));
  }
  return parameters;
}

export function flag(of: Fields, name: string, where: string): boolean | undefined {
  const value = field(of, name);
  if (value !== undefined && typeof value !== 'boolean') {
    malformed(`${where}.${name}`, 'wrong type', 'true or false', text(value));
  }
  return value as boolean | undefined;
}

/** A whole number of at least 0 that JSON and doubles hold exactly. */
export function count(of: Fields, name: string, where: string): number | undefined {
  const value = field(of, name);
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    malformed(`${where}.${name}`, 'not a count', `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`, text(value));
  }
  return value as number;
}

export function list(of: Fields, name: string, where: string): readonly unknown[] | undefined {
  const value = field(of, name);
  if (value !== undefined && !Array.isArray(value)) malformed(`${where}.${name}`, 'wrong type', 'a list', text(value));
  return value as readonly unknown[] | undefined;
}
