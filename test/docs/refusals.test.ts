import { describe, expect, it } from 'vitest';
// @ts-expect-error Scripts have no types.
import { findRefusals } from '../../scripts/refusals/find.mjs';
// @ts-expect-error Scripts have no types.
import { runsAt } from '../../scripts/refusals/runs.mjs';

type Refusal = { path: string; line: number; column: number; words: string[] };
const lines = (sources: Record<string, string>): string[] =>
  (findRefusals(new Map(Object.entries(sources))) as Refusal[]).map(({ path, line }) => `${path}:${line}`);

const shared = `
import { ImportError } from './errors.js';
export function refuse(where: string, message: string): never {
  throw new ImportError(message);
}
`;

describe('what check:refusals counts', () => {
  it('calls of whatever never returns, whatever its name', () => {
    const a = `
import { refuse } from './shared.js';
const damaged = (what: string): never =>
  refuse('file', what);
const bad = (what: string) => refuse('file', what);
function no(what: string) {
  refuse('file', what);
}
function later() { return bad('one'); }
class Reader {
  #lies(): never { refuse('file', 'lies'); }
  read(n: number) {
    if (n > 1) damaged('two');
    if (n > 2) bad('three');
    if (n > 3) no('four');
    if (n > 4) this.#lies();
    if (n > 5) throw new ImportError('five');
    return n ?? refuse('file', 'six');
  }
}
function known(n?: number): number {
  if (n !== undefined) return n;
  return refuse('file', 'eight');
}
known(1);
const fine = (n: number) => { if (n > 1) refuse('file', 'seven'); return n; };
fine(1);
later();
`;
    expect(lines({ 'shared.ts': shared, 'a.ts': a })).toEqual(
      [13, 14, 15, 16, 17, 18, 23, 26, 28].map((line) => `a.ts:${line}`),
    );
  });

  it('helpers of another file by their import, under another name', () => {
    const b = `
import { refuse as stop } from './shared.js';
stop('x', 'y');
const refuse = (text: string) => text;
refuse('not one');
`;
    expect(lines({ 'b.ts': b, 'shared.ts': shared })).toEqual(['b.ts:3']);
  });

  it('their words', () => {
    const c = `
import { refuse } from './shared.js';
refuse('where', 'a text');
refuse('where', \`\${1} of \${2} things\`);
refuse('where', made);
`;
    const found = findRefusals(
      new Map([
        ['shared.ts', shared],
        ['c.ts', c],
      ]),
    ) as Refusal[];
    expect(found.map(({ words }) => words.filter((word) => word !== ''))).toEqual([['a text'], ['of', 'things'], []]);
  });
});

it('an operand ends before what follows it on its line', () => {
  // `return a ?? refuse(…)`: the statement, and its two operands.
  const at = (from: number, to: number) => ({ start: { line: 1, column: from }, end: { line: 1, column: to } });
  const counts = (right: number) => ({
    statementMap: { 0: at(0, 30) },
    s: { 0: 7 },
    branchMap: { 0: { locations: [at(7, 12), at(12, 30)] } },
    b: { 0: [7, right] },
    fnMap: {},
    f: {},
  });
  expect(runsAt(counts(0), 1, 12)).toBe(0);
  expect(runsAt(counts(3), 1, 12)).toBe(3);
  expect(runsAt(counts(0), 1, 8)).toBe(7);
  expect(runsAt(counts(0), 1, 2)).toBe(7);
  expect(runsAt(counts(0), 2, 2)).toBe(0);
});
