import { readdirSync, readFileSync } from 'node:fs';
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

const KERAS_TESTS = 'test/importers/keras';
/** Names of the cases of versions.test.ts, and the text of the tests beside it. */
const cases = new Set(
  (JSON.parse(readFileSync(`${ROOT}test/golden/keras-files/keras-versions.json`, 'utf8')) as { case: string }[]).map(
    (one) => one.case,
  ),
);
const tests = readdirSync(ROOT + KERAS_TESTS).filter((name) => name.endsWith('.test.ts'));
/** Collections of files, all of which golden.test.ts runs. */
const collections = readdirSync(`${ROOT}test/golden/keras-files`).map((name) => name.replace(/\.\w+$/, ''));

describe('docs/formats.md: what changed meaning between versions of Keras', () => {
  it('is a table', () => expect(rows.length).toBeGreaterThan(10));

  // A test cell names cases of versions.test.ts (`*` stands for any letters), collections of golden.test.ts, or files of tests.
  it.each(rows.map((cells) => ({ what: cells[0], test: cells.at(-1) as string })))('$what', ({ test }) => {
    const names = [...test.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(0);
    const exists = (name: string): boolean => {
      const pattern = new RegExp(`^${name.replaceAll('*', '\\w+')}$`);
      return [...tests, ...collections].includes(name) || [...cases].some((one) => pattern.test(one));
    };
    expect(names.filter((name) => !exists(name))).toEqual([]);
  });
});
