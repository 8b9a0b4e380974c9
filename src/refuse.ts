import { type ErrorDetails, GatewiseError, InputError, SpecError } from './errors.js';
import { arrayType, lengthOf } from './typed.js';

type ErrorClass = new (message: string, details: ErrorDetails) => GatewiseError;

/** Throws an error of a class: `where: message; expected …, got …`, without the parts that are undefined. */
export function raise(
  type: ErrorClass,
  where: string | undefined,
  message: string,
  expected?: string,
  got?: string,
): never {
  throw new type(message, { where, expected, got });
}

/** @throws {SpecError} always. */
export function badSpec(where: string | undefined, message: string, expected?: string, got?: string): never {
  raise(SpecError, where, message, expected, got);
}

/** @throws {InputError} always. */
export function badInput(where: string, message: string, expected?: string, got?: string): never {
  raise(InputError, where, message, expected, got);
}

/**
 * Reads what a caller has given, which may run code of the caller's (getters, proxies): what that throws is an error of this class.
 * @throws {GatewiseError} always one.
 */
export function reading<Value>(type: ErrorClass, where: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof GatewiseError) throw cause;
    throw new type('cannot be read', { where, expected: undefined, got: describe(cause), cause });
  }
}

/** @throws {SpecError} not an object. */
export function requireObject(value: unknown, where: string | undefined, message: string, expected: string): void {
  if (typeof value !== 'object' || value === null) badSpec(where, message, expected, describe(value));
}

/**
 * The entry of a table.
 * @throws {SpecError} no such key; `what` says of what, `further` what else there may be.
 */
export function choose<Table extends object>(
  table: Table,
  key: unknown,
  where: string,
  what: string,
  further = '',
): Table[keyof Table] {
  if (!Object.hasOwn(table, key as string)) {
    badSpec(where, `unknown ${what}`, `${Object.keys(table).join(', ')}${further}`, describe(key));
  }
  return table[key as keyof Table];
}

/** Items of a list, keys of an object, that an error shows. */
const MOST_ITEMS = 32;
/** Characters of a string that an error shows. */
const MOST_CHARACTERS = 300;

/** A short text for a value in an error message, whatever it is. */
export function describe(value: unknown): string {
  try {
    return textOf(value, 3);
  } catch {
    return 'what cannot be read';
  }
}

function textOf(value: unknown, depth: number): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value);
  }
  const type = arrayType(value);
  if (type) return `${type}(${lengthOf(value)})`;
  if (ArrayBuffer.isView(value)) return `DataView(${value.byteLength})`;
  if (Array.isArray(value)) return depth === 0 ? '[…]' : `[${few(value, (item) => textOf(item, depth - 1))}]`;
  if (value instanceof Error) return `${value}`;
  if (typeof value === 'object' && value !== null) {
    const [, tag] = /^.object (?!Object)(.*).$/.exec(Object.prototype.toString.call(value)) ?? [];
    return `${tag ? `${tag} ` : ''}{${few(Object.keys(value), String)}}`;
  }
  return String(value);
}

const few = (items: readonly unknown[], show: (item: unknown) => string): string =>
  items.slice(0, MOST_ITEMS).map(show).join(', ') + (items.length > MOST_ITEMS ? `, … ${items.length} in all` : '');
