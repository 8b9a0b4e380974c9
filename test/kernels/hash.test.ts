import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dataHasher, type Hash, hashWords } from '../../src/state/hash.js';
import { Arena } from '../../src/wasm/arena.js';
import { instantiate, type LoadedModule } from '../../src/wasm/module.js';
import { Bed, builds, uniform } from './bed.js';

const START: Hash = [0x811c9dc5, 0x01234567];
const wordsOf = (data: Float32Array): Int32Array => new Int32Array(data.buffer, data.byteOffset, data.length);

describe.each(builds)('hashes, $name', (build) => {
  it.each([0, 1, 2, 3, 64, 1000])('of %i words, as in TypeScript', (count) => {
    const bed = new Bed(build);
    const words = bed.of(uniform(count, count + 1, 1e3));
    const lanes = bed.block(2, { writable: true });
    lanes.i32.set(START);
    bed.run(() => build.kernels.hash(words.at, count, lanes.at));
    expect([...lanes.i32].map((lane) => lane >>> 0)).toEqual(hashWords(words.i32, START));
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
