import { beforeAll, describe, expect, it } from 'vitest';
import { expectTold, readInLittleHeap, type Told } from '../little-heap.js';
import { HOSTILE } from './hostile-files.js';

let told: readonly Told[] = [];
beforeAll(() => {
  told = readInLittleHeap(HOSTILE);
}, 150_000);

describe('ONNX files made to hurt, and large ones', () => {
  it.each(HOSTILE.map((file, index) => [file.name, file, index] as const))('%s', (_, file, index) => {
    expectTold(file, told[index]);
    expect(told[index]?.memory, 'KB at most').toBeLessThan(900_000);
  });
});
