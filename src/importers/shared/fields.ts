import { isObject, show } from '../formats/json.js';
import { refuse } from './refuse.js';

/** What a field of a config may be, and what the framework takes when it is not given: nothing, if it may be left out. */
export type Field = readonly [expected: string, holds: (value: unknown) => boolean, fallback?: unknown];
export type Fields = Readonly<Record<string, Field>>;

/** In the place of a fallback: the field must be given. */
const REQUIRED = Symbol();

export const or = (fallback: unknown, [expected, holds]: Field): Field => [expected, holds, fallback];
export const required = (field: Field): Field => or(REQUIRED, field);

export const whole = (least: number): Field => [
  `a whole number of at least ${least}`,
  (v) => Number.isSafeInteger(v) && (v as number) >= least,
];
export const one = (...all: unknown[]): Field => [all.map(show).join(' or '), (v) => all.includes(v)];
export const text: Field = ['a text', (v) => typeof v === 'string'];
export const name: Field = ['a text, not empty', (v) => typeof v === 'string' && v !== ''];
export const number: Field = ['a finite number', Number.isFinite];
/** Which activations exist is the engine's knowledge. */
export const activation: Field = [
  "an activation's name, or {type, alpha, beta}",
  (v) => typeof v === 'string' || (isObject(v) && typeof v.type === 'string'),
];

/**
 * Callers in plain JavaScript, and configs read from JSON, get the same refusals as the compiler gives.
 * @throws {ImportError} an unknown, missing or ill-typed field.
 */
export function checkFields(object: unknown, where: string, fields: Fields): void {
  if (!isObject(object)) refuse(where, 'not an object', 'an object', show(object));
  for (const key of Object.keys(object)) {
    if (!Object.hasOwn(fields, key)) refuse(where, 'unknown field', Object.keys(fields).join(', '), show(key));
  }
  for (const [key, [expected, holds, fallback]] of Object.entries(fields)) {
    const value = object[key];
    if (value === undefined ? fallback === REQUIRED : !holds(value))
      refuse(`${where}.${key}`, 'not usable', expected, show(value));
  }
}
