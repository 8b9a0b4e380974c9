import { describe, expect, it } from 'vitest';
import { Heaps } from '../../../src/importers/keras/files/hdf5-heap.js';
import { Budget } from '../../../src/importers/shared/budget.js';
import { whenThorough } from '../../support/thorough.js';
import { refusal } from '../support.js';

// A global heap of HDF5: 16 bytes of its own, then objects: number (2), references (2), reserved (4), length (8), content padded to 8.

const COUNT = 60_000;
const heap = (lengths: readonly number[]): DataView => {
  const padded = lengths.map((length) => 16 + Math.ceil(length / 8) * 8);
  const view = new DataView(new ArrayBuffer(16 + padded.reduce((a, b) => a + b, 0) + 16));
  view.setBigUint64(8, BigInt(view.byteLength), true);
  let position = 16;
  lengths.forEach((length, index) => {
    view.setUint16(position, index + 1, true);
    view.setBigUint64(position + 8, BigInt(length), true);
    position += padded[index] as number;
  });
  return view;
};
const heaps = (view: DataView, bytes = Number.POSITIVE_INFINITY): Heaps =>
  new Heaps(view, new Budget(view.byteLength, { bytes }), 'file');

describe('the heap of texts of any length', () => {
  it('is walked once, however many texts lie in it', whenThorough, () => {
    const view = heap(Array(COUNT).fill(1));
    const all = heaps(view, 64 * (COUNT + 1));
    for (let index = COUNT; index > 0; index--) expect(all.find(0, index, 1)).toBe(16 + 24 * (index - 1) + 16);
    expect(refusal(() => heaps(view, 64 * (COUNT - 1)).find(0, 1, 1))).toMatch(/^file: too many bytes/);
  });
  it('has objects of their lengths, the first of each number', () => {
    const view = heap([3, 8, 9]);
    const all = heaps(view);
    expect([1, 2, 3].map((index) => all.find(0, index, 1))).toEqual([32, 56, 80]);
    view.setUint16(64, 1, true);
    expect(heaps(view).find(0, 1, 3)).toBe(32);
    expect(() => heaps(view).find(0, 1, 4)).toThrow('no object 1 in its heap');
    expect(() => all.find(0, 4, 0)).toThrow('no object 4 in its heap');
  });
});
