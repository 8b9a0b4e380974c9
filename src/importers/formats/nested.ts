import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { show } from './json.js';

/** Numbers in nested lists of JSON. */
export interface Nested {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Flattens nested lists of numbers, row-major.
 * @throws {ImportError} a ragged list, something that is no finite number, or more numbers than the budget has.
 */
export function flattenNested(value: unknown, where: string, budget?: Budget): Nested {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > 4) refuse(where, 'lists too deep', 'at most 4 axes', 'more');
  }
  let rows: unknown[] = [value];
  for (const [axis, size] of shape.entries()) {
    for (const row of rows) {
      if (!Array.isArray(row) || row.length !== size)
        refuse(where, 'a ragged list', `${size} entries`, Array.isArray(row) ? `${row.length}` : show(row));
    }
    budget?.bytes(4 * rows.length * size, where);
    // So far nothing is made that the lists themselves do not hold.
    if (axis < shape.length - 1) rows = (rows as unknown[][]).flat();
  }
  const width = shape.at(-1) ?? 1;
  const data = new Float32Array(rows.length * width);
  for (const [index, row] of rows.entries()) {
    for (let k = 0; k < width; k++) {
      const number = Array.isArray(row) ? row[k] : row;
      if (typeof number !== 'number' || !Number.isFinite(number))
        refuse(where, 'not a number', 'a number', show(number));
      data[index * width + k] = number;
    }
  }
  return { shape, data };
}
