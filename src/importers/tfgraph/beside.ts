import type { Budget } from '../shared/budget.js';
import { openTfFile } from './file.js';
import { variableNames } from './variables.js';

/** The index of a SavedModel's variables, by its path from the model's folder. */
export const INDEX = 'variables/variables.index';

/** The files that a SavedModel has beside it, but for the shards, which the index names; a frozen graph has none. */
export function filesBeside(bytes: Uint8Array, budget: Budget): string[] {
  const file = openTfFile(bytes, budget);
  return file.kind === 'saved' && variableNames(file.meta).size > 0 ? [INDEX] : [];
}
