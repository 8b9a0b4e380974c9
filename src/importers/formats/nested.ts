import { ImportError } from '../../errors.js';
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
    if (shape.length > 4) throw new ImportError('lists too deep', { where, expected: 'at most 4 axes', got: 'more' });
  }
  const data: number[] = [];
  const walk = (level: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof level !== 'number' || !Number.isFinite(level)) {
        throw new ImportError('not a number', { where, expected: 'a number', got: show(level) });
      }
      data.push(level);
      return;
    }
    if (!Array.isArray(level) || level.length !== shape[depth]) {
      throw new ImportError('a ragged list', {
        where,
        expected: `${shape[depth]} entries`,
        got: Array.isArray(level) ? `${level.length}` : show(level),
      });
    }
    for (const item of level) walk(item, depth + 1);
  };
  walk(value, 0);
  return { shape, data: Float32Array.from(data) };
}
