import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
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

/** Every case of the golden Keras files, and the files' own names. */
const golden = readdirSync(`${ROOT}test/golden/keras-files`).filter(
  (name) => /\.json(\.gz)?$/.test(name) && name !== 'versions.json',
);
const known = golden.flatMap((name) => {
  const bytes = readFileSync(`${ROOT}test/golden/keras-files/${name}`);
  const text = String(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  return [
    name.replace(/\.json(\.gz)?$/, ''),
    ...[...text.matchAll(/"(?:case|name)":\s*"([^"]+)"/g)].map(([, found]) => found as string),
  ];
});

describe('docs/formats.md: what changed meaning between Keras versions', () => {
  it('has rows', () => {
    expect(rows.length).toBeGreaterThan(10);
  });

  // A test cell: names in backticks, of a test file beside the importer's others, a golden file, or a case, where * stands for any text.
  it.each(rows.map((cells) => ({ what: cells[0], test: cells.at(-1) as string })))('$what: tested', ({ test }) => {
    const names = [...test.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(0);
    const unknown = names.filter((name) => {
      if (name.endsWith('.test.ts')) return !existsSync(`${ROOT}test/importers/keras/${name}`);
      const pattern = new RegExp(`^${name.replaceAll('*', '.*')}$`);
      return !known.some((found) => pattern.test(found));
    });
    expect(unknown).toEqual([]);
  });
});
