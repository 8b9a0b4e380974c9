import { beforeAll, describe, expect, it } from 'vitest';
import { Hdf5 } from '../../../src/importers/keras/files/hdf5.js';
import { fromKeras } from '../../../src/importers/keras/index.js';
import { expectTold, type HostileFile, readInLittleHeap, type Told } from '../little-heap.js';
import { refusal } from '../support.js';
import { HOSTILE, lstm } from './hostile-files.js';

const GOOD: HostileFile = { name: 'good', reader: 'keras', files: () => [lstm()], says: 2 };

let told: readonly Told[] = [];
beforeAll(() => {
  told = readInLittleHeap([GOOD, ...HOSTILE]);
}, 150_000);

describe('HDF5 files made to hurt', () => {
  it('a group where a dataset is due', () => {
    expect(refusal(() => new Hdf5(lstm(), 'file').read('model_weights'))).toBe(
      'file, "model_weights": no such dataset; expected an array of weights, got a group',
    );
  });
  it('a path of more groups than any model has', () => {
    const file = new Hdf5(lstm(), 'file');
    expect(refusal(() => file.read('a/'.repeat(101)))).toBe(
      'file: groups nested too deep; expected at most 100, got 101',
    );
  });

  it('the file they are made of is good', () => {
    expectTold(GOOD, told[0]);
  });
  it.each(HOSTILE.map((file, index) => [file.name, file, index + 1] as const))('%s', (_, file, index) => {
    expectTold(file, told[index]);
    expect(told[index]?.memory, 'KB at most').toBeLessThan(700_000);
    // Known to do no harm by now.
    const [bytes] = file.files() as [Uint8Array];
    expect(refusal(() => fromKeras(bytes))).toMatch(file.says as RegExp);
  });
});
