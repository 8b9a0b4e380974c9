import { refuse } from '../shared/refuse.js';
import type { Op } from './context.js';
import { BOOL } from './value.js';

/** Operators of truth values, and how many of their inputs are such. Of other numbers they would make something that nobody means. */
const INPUTS: ReadonlyMap<string, number> = new Map([
  ['And', 2],
  ['Or', 2],
  ['Xor', 2],
  ['Not', 1],
  ['Where', 1],
]);

/** @throws {ImportError} other numbers where truth values are due. */
export function checkLogical({ where, type, inputs }: Op): void {
  for (const item of inputs.slice(0, INPUTS.get(type) ?? 0))
    if (item && item.type !== BOOL)
      refuse(where, 'numbers where truth values are due', `element type ${BOOL} (bool)`, `${item.type}`);
}
