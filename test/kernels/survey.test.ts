import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dataHasher, type Hash, hashWords } from '../../src/state/hash.js';
import { Arena } from '../../src/wasm/arena.js';
import { instantiate, type LoadedModule } from '../../src/wasm/module.js';
import { hasHuge, LEAST_NORMAL, withoutTiny } from '../../src/wasm/tiny.js';
import { Bed, builds, uniform } from './bed.js';

const START: Hash = [0x811c9dc5, 0x01234567];
const wordsOf = (data: Float32Array): Int32Array => new Int32Array(data.buffer, data.byteOffset, data.length);

describe.each(builds)('what is looked at, $name', (build) => {
  it.each([0, 1, 2, 3, 64, 1000])('of %i words, as in TypeScript', (count) => {
    const bed = new Bed(build);
    const words = bed.of(uniform(count, count + 1, 1e3));
    const lanes = bed.block(2, { writable: true });
    lanes.i32.set(START);
    bed.run(() => build.kernels.hash(words.at, count, lanes.at));
    expect([...lanes.i32].map((lane) => lane >>> 0)).toEqual(hashWords(words.i32, START));
  });

  it.each([0, 1, 3, 64])('whether one of %i has a magnitude between two', (count) => {
    const bed = new Bed(build);
    const { at, f32 } = bed.of(uniform(count, count, 1));
    const [low, high] = [0x3f800000, 0x49800000]; // 1 and 2^20
    const any = (): boolean => bed.run(() => build.kernels.anyBetween(at, count, low, high)) === 1;
    expect(any()).toBe(false);
    for (const place of new Set([0, count - 1])) {
      if (count === 0) break;
      for (const [x, expected] of [
        [1, true],
        [-1, true],
        [2 ** 20, true],
        [0.99999994, false],
        [1048576.125, false],
        [Infinity, false],
        [NaN, false],
        [-0, false],
      ] as const) {
        f32[place] = x;
        expect([x, any()]).toEqual([x, expected]);
      }
    }
  });

  it('of more numbers than are in memory at a time, NaNs by their bits; nothing stays allocated', () => {
    const arena = new Arena();
    const bytes = readFileSync(new URL(`../../dist/kernels/${build.name}.wasm`, import.meta.url));
    const loaded: LoadedModule = { module: new WebAssembly.Module(bytes), build: build.name };
    const hash = dataHasher(arena, instantiate(loaded, arena.memory));
    for (const count of [1, 4095, 4096, 4097, 10_000]) {
      const data = uniform(count + 3, count).subarray(3);
      wordsOf(data)[count - 1] = 0x7fabcdef;
      expect(hash(data, START)).toEqual(hashWords(wordsOf(data), START));
    }
    expect(arena.used).toBe(0);
    expect(arena.byteLength).toBe(65536);
  });
});

describe.each(builds)('weights looked at, $name', (build) => {
  const arena = new Arena();
  const bytes = readFileSync(new URL(`../../dist/kernels/${build.name}.wasm`, import.meta.url));
  const kernels = instantiate({ module: new WebAssembly.Module(bytes), build: build.name }, arena.memory);
  const by = { arena, kernels };

  it.each([1, 4096, 4097, 9000])(
    '%i of them: tiny ones become 0 wherever they stand, all others stay as they are',
    (count) => {
      const data = uniform(count, count, 1);
      expect(withoutTiny(by, data)).toBe(data);
      for (const tiny of [2 ** -64, -(2 ** -64), 2 ** -149]) {
        const some = data.slice();
        some[count - 1] = tiny;
        const expected = some.slice();
        expected[count - 1] = 0;
        expect(withoutTiny(by, some)).toEqual(expected);
        expect(some[count - 1]).toBe(tiny);
      }
      const least = data.slice();
      least.set([2 ** -63], count - 1);
      expect(withoutTiny(by, least)).toBe(least);
      least.set([-0], count - 1);
      expect(withoutTiny(by, least)).toBe(least);
      least.set([2 ** -127], count - 1);
      expect(withoutTiny(by, least, LEAST_NORMAL)[count - 1]).toBe(0);
      least.set([2 ** -126], count - 1);
      expect(withoutTiny(by, least, LEAST_NORMAL)).toBe(least);
      expect(arena.used).toBe(0);
    },
  );

  it.each([1, 4097])('%i of them: whether one is huge', (count) => {
    const data = uniform(count, count, 1);
    const cases: [number, boolean][] = [
      [2 ** 20, false],
      [2 ** 20 + 0.125, true],
      [-(2 ** 21), true],
      [-Infinity, true],
      [NaN, false],
    ];
    for (const [x, expected] of cases) {
      data[count - 1] = x;
      expect([x, hasHuge(by, data)]).toEqual([x, expected]);
    }
  });
});
