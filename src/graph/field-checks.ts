import { badSpec, choose, describe, requireObject } from '../refuse.js';
import type { ActivationSpec } from '../spec.js';
import { resolveActivation } from './activations.js';

/** Checks one field of a spec. @throws {SpecError} with where, expected and got. */
export type Check = (value: unknown, where: string) => void;

/** Fields that an object may have, each with its check. */
export type Fields = Readonly<Record<string, Check>>;

/** For a field that is checked together with the rest of its node. */
export const checkedWithNode: Check = () => {};

/**
 * Checks every field of an object, and that it has no others; the `common` ones are checked elsewhere.
 * @throws {SpecError}
 */
export function checkEveryField(object: object, common: readonly string[], fields: Fields, where: string): void {
  onlyKeys(object, [...common, ...Object.keys(fields)], where);
  for (const [key, check] of Object.entries(fields)) check(object[key as never], `${where}, ${key}`);
}

/** @throws {SpecError} no object, or a field that is not among those allowed. */
export function onlyKeys(value: object, allowed: readonly string[], where: string): void {
  requireObject(value, where, 'not a record', 'an object');
  for (const key of Object.keys(value)) {
    if (!allowed.includes(key)) {
      badSpec(where, `unknown field ${describe(key)}`, allowed.join(', ') || 'no fields', describe(key));
    }
  }
}

const check =
  (message: string, expected: string, fits: (value: unknown) => boolean): Check =>
  (value, where) => {
    if (!fits(value)) badSpec(where, message, expected, describe(value));
  };

const atLeast = (value: unknown, least: number): boolean => Number.isFinite(value) && (value as number) >= least;

export const list = check('not a list', 'an array', Array.isArray);
export const size = check(
  'not a size',
  'a whole number of at least 1',
  (value) => Number.isSafeInteger(value) && atLeast(value, 1),
);
export const finite = check('not a usable number', 'a finite number', (value) => Number.isFinite(value));
export const notNegative = check('not a usable number', 'a finite number of at least 0', (value) => atLeast(value, 0));
const truth = check('not a yes or no', 'true or false', (value) => typeof value === 'boolean');
const bound = check('not a bound', 'a finite number above 0', (value) => atLeast(value, Number.MIN_VALUE));

const optional =
  (check: Check): Check =>
  (value, where) => {
    if (value !== undefined) check(value, where);
  };

export const optionalSize = optional(size);
export const optionalTruth = optional(truth);
export const optionalOrder = optional((value, where) => choose({ computed: 0, input: 0 }, value, where, 'order'));
export const optionalBound = optional(bound);
export const optionalActivation = optional((value, where) => {
  resolveActivation(value as ActivationSpec, where);
});

/** A record of activations, one for each of the given gates at most. */
export const optionalActivations = (gates: readonly string[]): Check =>
  optional((value, where) => {
    onlyKeys(value as object, gates, where);
    for (const [gate, given] of Object.entries(value as object)) optionalActivation(given, `${where}.${gate}`);
  });
