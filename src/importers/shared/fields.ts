import { isObject, show } from '../formats/json.js';
import { refuse } from './refuse.js';

/** What a field of a config may be, and what the framework takes when it is not given: nothing, if it may be left out. */
export type Field = readonly [expected: string, holds: (value: unknown) => boolean, fallback?: unknown];
export type Fields = Readonly<Record<string, Field>>;

/** In the place of a fallback: the field must be given. */
const REQUIRED = Symbol();

export const withDefault = (fallback: unknown, [expected, holds]: Field): Field => [expected, holds, fallback];
export const required = (field: Field): Field => withDefault(REQUIRED, field);

export const wholeNumber = (least: number): Field => [
  `a whole number of at least ${least}`,
  (v) => Number.isSafeInteger(v) && (v as number) >= least,
];
export const oneOf = (...values: unknown[]): Field => [values.map(show).join(' or '), (v) => values.includes(v)];
export const flag = oneOf(true, false);
export const finiteNumber: Field = ['a finite number', Number.isFinite];
/** What is checked elsewhere, or means nothing to a model. */
export const anything: Field = ['anything', () => true];
const isText = (v: unknown) => typeof v === 'string';
export const text: Field = ['a text', isText];
export const nonEmptyText: Field = ['a text, not empty', (v) => isText(v) && v !== ''];
export const texts: Field = ['a list of texts', (v) => Array.isArray(v) && v.every(isText)];
export const layerList: Field = ['a list of at least one layer', (v) => Array.isArray(v) && v.length > 0];
/** Which activations exist is the engine's knowledge. */
export const activation: Field = [
  "an activation's name, or {type, alpha, beta}",
  (v) => typeof v === 'string' || (isObject(v) && typeof v.type === 'string'),
];

/**
 * Callers in plain JavaScript, and configs read from JSON, get the same refusals as the compiler gives.
 * @throws {ImportError} an unknown, missing or ill-typed field.
 */
export function checkConfig(config: unknown, where: string, fields: Fields): void {
  if (!isObject(config)) refuse(where, 'not an object', 'an object', show(config));
  for (const key of Object.keys(config)) {
    if (!Object.hasOwn(fields, key))
      refuse(where, 'unknown field', Object.keys(fields).join(', ') || 'none', show(key));
  }
  for (const [key, [expected, holds, fallback]] of Object.entries(fields)) {
    const value = config[key];
    if (value === undefined ? fallback === REQUIRED : !holds(value))
      refuse(`${where}.${key}`, 'not usable', expected, show(value));
  }
}

/** @throws {ImportError} a key of an object of a file that nobody reads: what it means is not known, so it could change a number. */
export function checkKeys(object: object, where: string, known: readonly string[]): void {
  for (const key of Object.keys(object))
    if (!known.includes(key)) refuse(where, 'a key that is not known', known.join(', '), show(key));
}

/**
 * For functions without options, which are called with some all the same. (A number is no option: `files.map(fromNam)`.)
 * @throws {ImportError} any.
 */
export function refuseOptions(options: unknown): void {
  if (isObject(options)) checkConfig(options, 'options', {});
}

/**
 * The layers of a config, each of a type.
 * @param kinds the fields of each type, beside `type`.
 * @throws {ImportError} a type that is not honoured; a field as `checkConfig` says.
 */
export function checkLayers(layers: readonly unknown[], kinds: Readonly<Record<string, Fields>>): void {
  for (const [index, layer] of layers.entries()) {
    const where = `config.layers[${index}]`;
    const { type, ...fields }: { type?: unknown } = isObject(layer) ? layer : {};
    if (typeof type !== 'string' || !Object.hasOwn(kinds, type))
      refuse(`${where}.type`, 'a layer that is not honoured', Object.keys(kinds).join(', '), show(type));
    checkConfig(fields, where, kinds[type] as Fields);
  }
}

/**
 * A checked layer with its framework's defaults in the place of what is not given.
 * @param report is told of every field that has a value, and whether it was given.
 */
export function fillIn<Layer extends object>(
  layer: Layer,
  fields: Fields,
  report: (key: string, value: unknown, given: boolean) => void,
): Layer {
  const filled: Record<string, unknown> = { __proto__: null as never, ...layer };
  for (const [key, [, , fallback]] of Object.entries(fields)) {
    const given = filled[key] !== undefined;
    if (!given && fallback !== REQUIRED && fallback !== undefined) filled[key] = fallback;
    if (filled[key] !== undefined) report(key, filled[key], given);
  }
  return filled as Layer;
}
