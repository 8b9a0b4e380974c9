import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectTold, readOneByOne, type Told } from '../importers/little-heap.js';
import { scalingFiles } from './scaling-files.js';

// Time and memory of files that are meant, by how much there is in them: the tables of docs/limits.md. `SCALING=100000` adds that many.

const MOST = Number(process.env.SCALING ?? 10_000);
const SIZES = [1000, 10_000, 100_000].filter((n) => n <= MOST);
/** MB; what a million objects of JavaScript take is more than the small heap that hostile files are read in. */
const HEAPS: Readonly<Record<number, number>> = { 1000: 256, 10000: 256, 100000: 2048 };

const told = new Map<number, readonly (Told | string)[]>();
beforeAll(() => {
  for (const n of SIZES) told.set(n, readOneByOne(scalingFiles(n), { heap: HEAPS[n] as number, timeout: 600_000 }));
}, 3_600_000);

afterAll(() => {
  const one =
    (index: number) =>
    (n: number): string => {
      const row = told.get(n)?.[index];
      return typeof row === 'object' ? `${seconds(row.time)}, ${Math.round(row.memory / 1024)} MB` : 'ended early';
    };
  const rows = scalingFiles(1).map(
    ({ reader, name }, index) => `| ${reader} | ${name} | ${SIZES.map(one(index)).join(' | ')} |`,
  );
  const heads = SIZES.map((n) => `N = ${n.toLocaleString('en')}`);
  console.log(
    [`| importer | N | ${heads.join(' | ')} |`, `|---|---|${SIZES.map(() => '---|').join('')}`, ...rows].join('\n'),
  );
});
const seconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toPrecision(2)} s`);

describe.each(SIZES)('N = %d', (n) => {
  it.each(scalingFiles(n).map((file, index) => [`${file.reader}: ${file.name}`, file, index] as const))(
    '%s',
    (_, file, index) => {
      const row = told.get(n)?.[index];
      expect(row, 'how the process ended').toBeTypeOf('object');
      expectTold(file, row as Told);
    },
  );
});
