import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOMBS } from '../importers/bombs.js';
import { HOSTILE } from '../importers/hostile-files.js';
import { HOSTILE as KERAS } from '../importers/keras/hostile-files.js';
import { expectTold, readOneByOne, type Told } from '../importers/little-heap.js';
import { HOSTILE as ONNX } from '../importers/onnx/hostile-files.js';
import { ROWS } from './rows.js';

// Every file known to have ended or hung a process, or made to, each read in a process of its own with a heap of 256 MB: its processor time
// and the largest memory of its process are printed, and the memory is held. Times depend on the machine: those over a second are named.

const FILES = [...ROWS, ...HOSTILE, ...BOMBS, ...ONNX, ...KERAS];
/** Bytes of files that may not take more than MOST_MEMORY, or what their nodes take where they are models, tens of thousands that are meant. */
const SMALL = 5 * 2 ** 20;
const MOST_MEMORY = 200;
const PER_NODE = 0.007;
/** What larger ones may take: these are meant, or differ from small ones in nothing but length. */
const MOST_OF_LARGE = 400;
const LONG = 1000;

let told: readonly (Told | string)[] = [];
beforeAll(() => {
  told = readOneByOne(FILES);
}, 600_000);
afterAll(() => {
  const rows = FILES.map(({ name, reader }, index) => {
    const one = told[index];
    const [outcome, numbers] =
      typeof one === 'object'
        ? [one.message?.slice(0, 90) ?? `${one.nodes} nodes`, [one.size / 1e6, one.time, one.memory / 1024]]
        : [`${one}`.slice(0, 90), []];
    return {
      one,
      text: [
        reader.padEnd(11),
        name.padEnd(64).slice(0, 64),
        ...numbers.map((n, i) => n.toFixed(i === 0 ? 2 : 0).padStart(7)),
        ` ${outcome}`,
      ].join(' '),
    };
  });
  const slow = FILES.filter((_, index) => typeof told[index] === 'object' && (told[index] as Told).time > LONG);
  console.log(
    [
      `${'reader'.padEnd(11)} ${'file'.padEnd(64)} ${['MB', 'ms', 'MB used'].map((head) => head.padStart(7)).join(' ')}`,
      ...rows.map(({ text }) => text),
      `over 1 s: ${slow.map(({ name }) => name).join('; ') || 'none'}`,
    ].join('\n'),
  );
});

describe('files that are small and would take much', () => {
  it.each(FILES.map((file, index) => [`${file.reader}: ${file.name}`, file, index] as const))(
    '%s',
    (_, file, index) => {
      const one = told[index];
      expect(one, 'how the process ended').toBeTypeOf('object');
      const { size, memory } = one as Told;
      expectTold(file, one as Told);
      const most = Math.max(MOST_MEMORY, typeof file.says === 'number' ? file.says * PER_NODE : 0);
      expect(memory / 1024, 'MB at most').toBeLessThan(size < SMALL ? most : MOST_OF_LARGE + size / 1e6);
    },
  );
});
