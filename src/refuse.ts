import { type GatewiseError, InputError, SpecError } from './errors.js';

type ErrorClass = new (
  message: string,
  details: { where: string | undefined; expected: string | undefined; got: string | undefined },
) => GatewiseError;

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

/** @throws {SpecError} not an object. */
export function requireObject(value: unknown, where: string | undefined, message: string, expected: string): void {
  if (typeof value !== 'object' || value === null) badSpec(where, message, expected, describe(value));
}

/**
 * The entry of a table.
 * @throws {SpecError} no such key; `what` says of what.
 */
export function choose<Table extends object>(
  table: Table,
  key: unknown,
  where: string,
  what: string,
): Table[keyof Table] {
  if (!Object.hasOwn(table, key as string)) {
    badSpec(where, `unknown ${what}`, Object.keys(table).join(', '), describe(key));
  }
  return table[key as keyof Table];
}

/** A short text for a value in an error message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name}(${(value as Float32Array).length ?? value.byteLength})`;
  if (typeof value === 'object' && value !== null) return `{${Object.keys(value).join(', ')}}`;
  return String(value);
}
