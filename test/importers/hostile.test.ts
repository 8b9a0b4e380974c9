import { beforeAll, describe, expect, it } from 'vitest';
import { HOSTILE } from './hostile-files.js';
import { expectTold, readInLittleHeap, type Told } from './little-heap.js';

let told: readonly Told[] = [];
beforeAll(() => {
  told = readInLittleHeap(HOSTILE);
}, 150_000);

describe('files made to hurt', () => {
  it.each(HOSTILE.map((file, index) => [file.name, file, index] as const))('%s', (_, file, index) => {
    expectTold(file, told[index]);
    expect(told[index]?.size).toBeLessThan(6 * 2 ** 20);
    expect(told[index]?.memory, 'KB at most').toBeLessThan(400_000);
  });
});
