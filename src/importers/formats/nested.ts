import { refuse } from '../shared/refuse.js';
import { show } from './json.js';

/** Numbers in nested lists of JSON. */
export interface Nested {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Flattens nested lists of numbers, row-major.
 * @throws {ImportError} a ragged list, or something that is no finite number.
 */
export function flattenNested(value: unknown, where: string): Nested {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > 4) refuse(where, 'lists too deep', 'at most 4 axes', 'more');
  }
  const data: number[] = [];
  const walk = (level: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof level !== 'number' || !Number.isFinite(level)) refuse(where, 'not a number', 'a number', show(level));
      data.push(level);
      return;
    }
    if (!Array.isArray(level) || level.length !== shape[depth]) {
      const got = Array.isArray(level) ? `${level.length}` : show(level);
      refuse(where, 'a ragged list', `${shape[depth]} entries`, got);
    }
    for (const item of level) walk(item, depth + 1);
  };
  walk(value, 0);
  return { shape, data: Float32Array.from(data) };
}
