import { describe } from './activations.js';
import { SpecError } from './errors.js';

// Checks of single fields of a spec; each throws a SpecError that says where, expected and got.

export function onlyKeys(object: object, allowed: readonly string[], where: string): void {
  for (const key of Object.keys(object)) {
    if (!allowed.includes(key)) {
      throw new SpecError(`unknown field ${describe(key)}`, {
        where,
        expected: allowed.join(', ') || 'no fields',
        got: describe(key),
      });
    }
  }
}

export function list(value: unknown, where: string): void {
  if (!Array.isArray(value)) throw new SpecError('not a list', { where, expected: 'an array', got: describe(value) });
}

export function size(value: unknown, where: string): void {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new SpecError('not a size', { where, expected: 'a whole number of at least 1', got: describe(value) });
  }
}

export function finite(value: unknown, where: string, least = -Infinity): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < least) {
    throw new SpecError('not a usable number', {
      where,
      expected: least === 0 ? 'a finite number of at least 0' : 'a finite number',
      got: describe(value),
    });
  }
}

export function optionalBoolean(value: unknown, where: string): void {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new SpecError('not a yes or no', { where, expected: 'true or false', got: describe(value) });
  }
}

export function optionalBound(value: unknown, where: string): void {
  if (value !== undefined && !(typeof value === 'number' && value > 0 && Number.isFinite(value))) {
    throw new SpecError('not a bound', { where, expected: 'a finite number above 0', got: describe(value) });
  }
}
