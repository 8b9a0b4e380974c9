import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LAYERS as KERAS } from '../../src/importers/keras/layers/all.js';
import { MICROSOFT, OPERATORS } from '../../src/importers/onnx/ops/all.js';
import { LAYERS as PYTORCH } from '../../src/importers/pytorch/layers.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${ROOT}docs/formats.md`, 'utf8');

const cellsOf = (line: string): string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

/** Rows of the tables whose last column is headed `test`. */
const rows = page.split(/\n\n+/).flatMap((block) => {
  const [head, , ...body] = block
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return head && cellsOf(head).at(-1) === 'test' ? body.map(cellsOf) : [];
});

/** What a row of a format's section lists. */
function listed(section: string, row: string): string[] {
  const [, text = ''] = new RegExp(`^## ${section}\n(.*?)(?=^## |$(?![^]))`, 'ms').exec(page) ?? [];
  const [, cell = ''] = new RegExp(`^\\| ${row} \\| (?:.*: )?(.*) \\|$`, 'm').exec(text) ?? [];
  return cell.split(', ').sort();
}

describe('docs/formats.md lists all that is honoured', () => {
  it.each([
    ['ONNX', 'operators', OPERATORS],
    ['ONNX', 'of ONNX Runtime', MICROSOFT],
    ['Keras', 'layers', KERAS],
    ['PyTorch', 'layers', PYTORCH],
  ])('%s, %s', (section, row, table) => {
    expect(listed(section, row)).toEqual(Object.keys(table).sort());
  });
});

describe('docs/formats.md: what changed meaning between versions', () => {
  // A test cell: a file in backticks, and in quotes words that stand in it: the title of the test, or the name of its case.
  it.each(rows.map((cells) => ({ what: cells[0], test: cells.at(-1) as string })))('$what: tested', ({ test }) => {
    const [, file = ''] = /`(test\/[^`]+)`/.exec(test) ?? [];
    expect(existsSync(ROOT + file) && file).toMatch(/\.test\.ts$/);
    const words = [...test.matchAll(/"([^"]+)"/g)].map(([, quoted]) => quoted);
    expect(words.length).toBeGreaterThan(0);
    const text = readFileSync(ROOT + file, 'utf8');
    expect(words.filter((quoted) => !text.includes(quoted as string))).toEqual([]);
  });
});
