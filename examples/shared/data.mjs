// Tables that the npm package vega-datasets carries.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** @returns column name → texts, of a CSV file without quoted fields. */
export function table(name) {
  // The package exports its code only; its data lies beside it.
  const code = createRequire(import.meta.url).resolve('vega-datasets');
  const text = readFileSync(join(dirname(code), '..', 'data', name), 'utf8');
  const [head, ...lines] = text.trim().split(/\r?\n/);
  const rows = lines.map((line) => line.split(','));
  return Object.fromEntries(head.split(',').map((column, at) => [column, rows.map((row) => row[at])]));
}
