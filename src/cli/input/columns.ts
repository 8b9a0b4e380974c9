import { InputError, type ModelValue } from '../../index.js';
import { UsageError } from '../faults.js';
import type { Table } from './table.js';

/**
 * Which columns of a table each input of a model reads, by number: all, in their order, for a model of one input; for several those that have an
 * input's name, or `name[0]`, `name[1]`, …
 * @param wanted names, or numbers from 1 of a table without names, with commas between: these alone, in this order.
 * @throws {InputError} too many, too few, none of a name. @throws {UsageError} columns that are not there.
 */
export function columnsOf(inputs: readonly ModelValue[], table: Table, wanted: string | undefined): number[][] {
  const chosen = wanted === undefined ? table.columns.map((_, index) => index) : choose(table, wanted);
  const [only] = inputs;
  if (inputs.length === 1 && only) {
    if (chosen.length === only.features) return [chosen];
    const expected = `${only.features}, the features of input ${JSON.stringify(only.name)}; --columns chooses`;
    throw new InputError('wrong number of columns', { where: table.where, expected, got: listed(table, chosen) });
  }
  return inputs.map((input) => byName(input, table, chosen));
}

function choose({ columns, where }: Table, wanted: string): number[] {
  return wanted.split(',').map((name) => {
    const index = columns.indexOf(name.trim());
    if (index >= 0) return index;
    throw new UsageError(
      `--columns: ${where} has no column ${JSON.stringify(name.trim())}; it has ${columns.join(', ')}`,
    );
  });
}

function byName({ name, features }: ModelValue, table: Table, chosen: readonly number[]): number[] {
  const names = features === 1 ? [name] : Array.from({ length: features }, (_, index) => `${name}[${index}]`);
  return names.map((wanted) => {
    const found = chosen.find((column) => table.columns[column] === wanted);
    if (found !== undefined) return found;
    const expected = `a column ${JSON.stringify(wanted)}, as the model has several inputs`;
    throw new InputError('a column that is missing', { where: table.where, expected, got: listed(table, chosen) });
  });
}

function listed({ columns, named }: Table, chosen: readonly number[]): string {
  const names = chosen.slice(0, 12).map((column) => columns[column]);
  return `${chosen.length}${named ? `: ${names.join(', ')}${chosen.length > 12 ? ', …' : ''}` : ''}`;
}
