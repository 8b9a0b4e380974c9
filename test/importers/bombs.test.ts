import { beforeAll, describe, expect, it } from 'vitest';
import { fromOnnx } from '../../src/importers/onnx/index.js';
import { BOMBS, twice } from './bombs.js';
import { expectTold, readInLittleHeap, type Told } from './little-heap.js';
import { model } from './onnx/build.js';

let told: readonly Told[] = [];
beforeAll(() => {
  told = readInLittleHeap(BOMBS);
}, 150_000);

describe('bombs, lies about sizes, circles, nesting', () => {
  it.each(BOMBS.map((file, index) => [file.name, file, index] as const))('%s', (_, file, index) => {
    expectTold(file, told[index]);
    expect(told[index]?.size).toBeLessThan(1_000_000);
    expect(told[index]?.memory, 'KB at most').toBeLessThan(400_000);
  });

  it('functions that call functions twice, six deep, are the layers that they call', () => {
    expect(fromOnnx(model(twice(6))).nodes.filter(({ type }) => type === 'activation')).toHaveLength(32);
  });
});
