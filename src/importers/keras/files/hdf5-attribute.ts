import type { Budget } from '../../shared/budget.js';
import type { Heaps } from './hdf5-heap.js';
import { product, shapeAt, typeAt } from './hdf5-types.js';

// Every size that is declared is held against the bytes that there are before anything is made of that size.

/** The text or texts of an attribute; undefined for other types. */
export function attributeAt(
  view: DataView,
  position: number,
  heaps: Heaps,
  budget: Budget,
): { name: string; value: () => unknown } {
  const version = view.getUint8(position);
  const [nameSize, typeSize, spaceSize] = [2, 4, 6].map((n) => view.getUint16(position + n, true)) as [
    number,
    number,
    number,
  ];
  const padded = (n: number): number => (version === 1 ? Math.ceil(n / 8) * 8 : n);
  const begin = position + (version === 3 ? 9 : 8);
  const text = (from: number, size: number): string => {
    if (from + size > view.byteLength) throw new RangeError('beyond the end of the file');
    // Headers may overlap, so that many names are the same bytes.
    budget.bytes(size, 'attribute');
    let end = from + size;
    while (end > from && view.getUint8(end - 1) === 0) end--;
    return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + from, end - from));
  };
  const value = (): unknown => {
    const type = typeAt(view, begin + padded(nameSize));
    const spaceAt = begin + padded(nameSize) + padded(typeSize);
    const shape = shapeAt(view, spaceAt);
    const data = spaceAt + padded(spaceSize);
    const count = product(shape);
    // NumPy's empty list of texts is one of floats.
    if (count === 0) return [];
    const each = type.name === 'vlen' ? 16 : type.bytes;
    if (!type.name.startsWith('S') && type.name !== 'vlen') return undefined;
    if (each === 0 || !(data + count * each <= view.byteLength))
      throw new RangeError('more texts than the file can hold');
    const texts = Array.from({ length: count }, (_, i) => {
      if (type.name !== 'vlen') return text(data + i * each, each);
      const size = view.getUint32(data + i * each, true);
      const heap = Number(view.getBigUint64(data + i * each + 4, true));
      return text(heaps.find(heap, view.getUint32(data + i * each + 12, true), size), size);
    });
    return shape.length === 0 ? texts[0] : texts;
  };
  return { name: text(begin, nameSize), value };
}
