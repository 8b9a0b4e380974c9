import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { elementsOf, toFloats } from '../../../src/importers/formats/elements.js';
import { parseJson, show } from '../../../src/importers/formats/json.js';
import { flattenNested } from '../../../src/importers/formats/nested.js';
import { readNpy } from '../../../src/importers/formats/npy.js';
import { unpickle } from '../../../src/importers/formats/pickle.js';
import { Budget } from '../../../src/importers/shared/budget.js';
import { npy } from '../npy.js';
import { refusal } from '../support.js';

const budgetOf = (bytes: number) => new Budget(0, { bytes });
const hooks = { global: (name: string) => name, persistent: () => null, state: () => false, stateful: 'none' };
const pickled = (...opcodes: number[]) => Uint8Array.of(...opcodes, 0x2e);
const read = (bytes: Uint8Array, budget?: Budget) => unpickle(bytes, 0, hooks, budget).value;

/** What takes so many bytes, and one less is too few. */
function takes(bytes: number, make: (budget: Budget) => unknown): void {
  make(budgetOf(bytes));
  expect(refusal(() => make(budgetOf(bytes - 1)))).toMatch(/: too many bytes .*limits\.bytes allows more/);
}

describe('JSON', () => {
  const parse = (text: string, budget?: Budget) => parseJson(strToU8(text), 'file', budget);
  it('each character takes two bytes, each object and list its memory', () => {
    const text = '{"a":[1,2,{"b":"c"}]}';
    takes(2 * text.length + 3 * 64, (budget) => parse(text, budget));
  });
  it('a thousand levels, no more', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parse(`[${nested(999)},${nested(999)}]`)).toHaveLength(2);
    expect(refusal(() => parse(nested(1001)))).toBe(
      'file: nested too deep; expected at most 1000 objects and lists, got more',
    );
    expect(refusal(() => parse('{"a":'.repeat(1001) + 1 + '}'.repeat(1001)))).toMatch('nested too deep');
  });
  it('braces in texts open nothing', () => {
    expect(parse(JSON.stringify(['{['.repeat(2000)]))).toHaveLength(1);
  });
  it('any value is shown in short', () => {
    expect(show([1n, Symbol('a'), [2], () => 3])).toBe('[1, Symbol(a), […], function]');
    expect(show('x'.repeat(1e6))).toHaveLength(120);
    expect(show('x'.repeat(118))).toHaveLength(120);
    expect(show(Array(1e6).fill('x'.repeat(1e6))).length).toBeLessThan(1000);
  });
});

describe('arrays', () => {
  it('nested lists take the numbers that they hold', () => {
    takes(4 * (2 + 6), (budget) =>
      flattenNested(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        'a',
        budget,
      ),
    );
    expect(flattenNested(7, 'a', budgetOf(0))).toEqual({ shape: [], data: Float32Array.of(7) });
    expect(flattenNested([[], []], 'a', budgetOf(8))).toEqual({ shape: [2, 0], data: new Float32Array() });
  });
  it('elements take their bytes, and what they become', () => {
    takes(6, (budget) => elementsOf(new Uint8Array(6), 'I16', 'a', budget));
    takes(12, (budget) => toFloats(Int32Array.of(1, 2, 3), 'I32', 'a', budget));
    toFloats(Float32Array.of(1, 2, 3), 'F32', 'a', budgetOf(0));
  });
  it('npy: its bytes, once more for each other order', () => {
    takes(24, (budget) => readNpy(npy('<f4', [2, 3], new Uint8Array(24)), 'a', budget).data);
    takes(48, (budget) => readNpy(npy('>f4', [2, 3], new Uint8Array(24)), 'a', budget).data);
    takes(48, (budget) => readNpy(npy('<f4', [2, 3], new Uint8Array(24), 'True'), 'a', budget).data);
  });
  it('npy of too many axes', () => {
    const ones = (rank: number) => npy('<f4', Array(rank).fill(1), new Uint8Array(4));
    expect(readNpy(ones(64)).shape).toHaveLength(64);
    expect(refusal(() => readNpy(ones(65)))).toBe('file: too many axes; expected at most 64, got 65');
    expect(refusal(() => readNpy(ones(20_000)))).toMatch(
      /^file: a header too long; expected at most 10000 bytes, got 6\d{4}$/,
    );
  });
});

describe('pickles', () => {
  const [text, list, tuple, mark, put] = [0x8c, 0x5d, 0x29, 0x28, 0x94];
  it.each<[string, number, number[]]>([
    ['a text', 32 + 3, [text, 3, 97, 98, 99]],
    ['a text of protocol 1', 32 + 3, [0x55, 3, 97, 98, 99]],
    ['bytes', 96 + 3, [0x43, 3, 97, 98, 99]],
    ['a list', 64, [list]],
    ['a tuple', 64, [tuple]],
    ['a set', 64, [0x8f]],
    ['a dict', 256, [0x7d]],
    ['a tuple of values', 64, [mark, 0x4e, 0x4e, 0x74]],
    ['a tuple of one', 64, [0x4e, 0x85]],
    ['an item of a dict', 320, [0x7d, 0x4e, 0x4e, 0x73]],
    ['a value that is kept', 64, [0x4e, put]],
    ['a value that is kept by number', 64, [0x4e, 0x71, 0]],
    ['a value that is kept by a long number', 64, [0x4e, 0x72, 0, 0, 0, 0]],
  ])('%s takes %d bytes', (_, bytes, opcodes) => takes(bytes, (budget) => read(pickled(...opcodes), budget)));

  it('a long text of protocol 1', () => {
    const bytes = new Uint8Array(5 + 10_000 + 1);
    bytes.set([0x54, 10_000 & 255, 10_000 >> 8, 0, 0]);
    for (let k = 0; k < 10_000; k++) bytes[5 + k] = k % 256;
    bytes[bytes.length - 1] = 0x2e;
    const value = read(bytes) as string;
    expect(Array.from(value, (character) => character.charCodeAt(0))).toEqual([...bytes.subarray(5, -1)]);
  });
  it('the name of a global put together of two', () => {
    const named = (module: number, name: number) => {
      const of = (n: number) => [0x58, n & 255, n >> 8, 0, 0, ...Array(n).fill(97)];
      return read(pickled(...of(module), ...of(name), 0x93));
    };
    expect(named(600, 400)).toBe(`${'a'.repeat(600)}.${'a'.repeat(400)}`);
    expect(refusal(() => named(600, 401))).toBe(
      'pickle, byte 1011: a global of a long name; expected at most 1000 characters, got 1001',
    );
  });
});
