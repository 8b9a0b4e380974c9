import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Imported } from '../../../src/importers/shared/report.js';
import { ImportError, type TensorSpec } from '../../../src/index.js';

/** Each of a room's files, by name, and how it is read. */
export type Readings = Readonly<Record<string, () => Imported>>;

/**
 * What a file became, line by line: the whole report, and the spec with a sum for each tensor. Whoever checks an import by hand reads
 * the report, so every word of it counts: names, shapes, orders, defaults and the rules behind them.
 */
function account({ spec, report }: Imported): string[] {
  const { nodes, tensors, ...rest } = spec;
  return [
    `format ${report.format}`,
    ...Object.entries(rest).map(([key, value]) => `${key} ${JSON.stringify(value)}`),
    ...nodes.map((node) => `node ${JSON.stringify(node)}`),
    ...Object.entries(tensors).map(([name, tensor]) => `tensor ${name} (${tensor.shape}) ${sum(tensor)}`),
    ...report.tensors.map(({ tensor, shape, becomes, how }) => `from ${tensor} (${shape}) ${becomes}: ${how}`),
    ...report.attributes.map(
      ({ layer, attribute, value, source, rule }) =>
        `${source} ${layer} ${attribute} ${value}${rule === undefined ? '' : `: ${rule}`}`,
    ),
    ...report.notes.map((note) => `note ${note}`),
  ].map((line) => line.replaceAll('\n', '\\n'));
}

/** Tells numbers, their order and their type; six digits, since engines' `Math.exp` may differ in the last. */
function sum({ data }: TensorSpec): string {
  let total = 0;
  for (const [index, x] of data.entries()) total += Number(x) * (1 + (index % 97) / 8);
  return `${data.constructor.name} ${total.toPrecision(6)}`;
}

const parse = (text: string): Map<string, string[]> =>
  new Map(
    text
      .split(/^== /m)
      .slice(1)
      .map((block) => {
        const [name, ...lines] = block.split('\n');
        // Between two accounts stands an empty line.
        return [name as string, lines.slice(0, -2)];
      }),
  );

/** What is said on some line of an account, whichever file says it. */
function formsOf({ spec, report }: Imported): string[] {
  const withoutNames = (text: string) => text.replace(/"[^"]*"|[\w./:]*\d[\w./:]*/g, '#');
  return [
    ...spec.nodes.map((node) => `node ${node.type} ${Object.keys(node)}`),
    ...report.tensors.map(({ becomes, how }) => withoutNames(`from ${becomes.split('.').at(-1)} ${how}`)),
    ...report.attributes.map(({ attribute, source, rule }) => withoutNames(`${source} ${attribute} ${rule}`)),
    ...report.notes.map(withoutNames),
  ];
}

/** Some files need further options, which other tests give. */
function unlessRefused(read: () => Imported): Imported | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ImportError) return undefined;
    throw error;
  }
}

/** Few readings that together say all that any of them says. */
function chosen(readings: Readings): string {
  const seen = new Set<string>();
  const blocks: string[] = [];
  for (const [name, read] of Object.entries(readings)) {
    const imported = unlessRefused(read);
    const fresh = (imported ? formsOf(imported) : []).filter((form) => !seen.has(form));
    if (!imported || fresh.length === 0) continue;
    for (const form of fresh) seen.add(form);
    blocks.push([`== ${name}`, ...account(imported), '', ''].join('\n'));
  }
  return blocks.join('');
}

/**
 * Holds the accounts of a room's files to those written down in `<room>.txt`. After a change that is meant:
 * `ACCOUNTS=write npx vitest run test/importers/<room>/accounts.test.ts`, and look at the difference.
 */
export function holdAccounts(room: string, readings: Readings): void {
  const path = new URL(`${room}.txt`, import.meta.url);
  if (process.env.ACCOUNTS === 'write') writeFileSync(path, chosen(readings));
  const written = parse(existsSync(path) ? readFileSync(path, 'utf8') : '');
  it('there are accounts', () => expect(written.size).toBeGreaterThan(0));
  it.each([...written.keys()])('%s', (name) => {
    const read = readings[name];
    expect(read, 'a file of that name').toBeDefined();
    expect(read && account(read())).toEqual(written.get(name));
  });
}
