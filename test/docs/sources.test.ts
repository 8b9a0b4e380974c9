import { describe, expect, it } from 'vitest';
// @ts-expect-error Scripts have no types.
import { findSlowPatterns } from '../../scripts/patterns/find.mjs';
// @ts-expect-error Scripts have no types.
import { findPlainTables, typesWithAnyKey } from '../../scripts/tables/find.mjs';

const found = (text: string): string[] => findSlowPatterns('a.ts', text);

describe('regular expressions that can be slow', () => {
  it.each([
    ['/.*batch.*x/', '.* from every character on'],
    ['/\\0+$/', '\\0+ from every character on'],
    ['/^(a+)+$/', 'a+ within itself'],
    ['/^\\d+\\.?\\d*x/u', '\\d+ and \\d*'],
    ['/^\\s*,?\\s*$/', '\\s* and \\s*'],
  ])('%s', (pattern, part) => {
    expect(found(`\nconst is = (text: string): boolean => ${pattern}.test(text);`)).toContain(
      `a.ts:2  /${pattern.split('/')[1]}/: ${part}`,
    );
  });
  it.each(['/^a+b/', '/a[bc]d/', '/^[^/]+\\/x$/', '/\\d{1,9}$/', '/^\\s*x\\s*y/'])('not %s', (pattern) => {
    expect(found(`const is = ${pattern};`)).toEqual([]);
  });
  it('put together at run time', () => {
    expect(found("const is = new RegExp(name + '.*');")).toEqual([
      "a.ts:1  an expression put together at run time: new RegExp(name + '.*')",
    ]);
  });
});

describe('records with a prototype that are looked up by text', () => {
  const tables = (text: string): string[] => {
    const lines: string[] = findPlainTables('src/importers/a.ts', text, typesWithAnyKey([text]));
    return lines.map((line) => line.slice(line.indexOf('  ') + 2));
  };
  const any = 'a record with any text for a key has a prototype:';
  it.each([
    ['const A: Readonly<Record<string, number>> = { a: 1 };', `${any} A: Readonly<Record<string, number>> = { a: 1 }`],
    ['const A: { readonly [key: string]: 1 } = {};', `${any} A: { readonly [key: string]: 1 } = {}`],
    ['type T = Record<string, 1>; type U = Readonly<T>; const A: U = {};', `${any} A: U = {}`],
    ['class A { readonly b: Record<string, 1> = {}; }', `${any} readonly b: Record<string, 1> = {};`],
    ['const A = { a: 1 } as const; A[key as keyof typeof A];', 'a record with a prototype is looked up: A by any key'],
    ['const a = { ...b }; a[key] = 1;', 'a record with a prototype is looked up: a by any key'],
    ['const a = { b: 1 }; if (key in a) f();', 'a record with a prototype is looked up: in a'],
    ['if (Object.hasOwn(TABLE, key)) f();', 'a record with a prototype is looked up: Object.hasOwn of TABLE'],
    [
      'const a = { __proto__: null as never, ...PART };',
      "a record without a prototype has a constant's spread, of which minifiers make a second: ...PART",
    ],
    ['const a = Object.fromEntries(b);', 'a record has a prototype: Object.fromEntries(b)'],
  ])('%s', (text, line) => {
    expect(tables(text)).toEqual([line]);
  });
  it.each([
    'const A: Readonly<Record<string, number>> = { __proto__: null as never, a: 1 };',
    "const A: Readonly<Record<'a' | 'b', number>> = { a: 1, b: 2 }; A[key];",
    'const a = { b: 1 }; a.b; a["b"];',
    'const a = { __proto__: null as never, ...Object.fromEntries(b) };',
    'const a = { __proto__: null as never, ...given.tensors };',
    'const a = Object.setPrototypeOf(Object.fromEntries(b), null);',
    'if (Object.hasOwn(given, key)) f();',
  ])('not %s', (text) => {
    expect(tables(text)).toEqual([]);
  });
});
