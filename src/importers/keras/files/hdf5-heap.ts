import type { Budget } from '../../shared/budget.js';

/** Where an object of a heap begins, and how many bytes it has. */
type Place = readonly [begin: number, length: number];

/** The global heaps of an HDF5 file, in which texts of any length lie. Each is walked once, however many texts lie in it. */
export class Heaps {
  readonly #heaps = new Map<number, Map<number, Place>>();

  constructor(
    private readonly view: DataView,
    private readonly budget: Budget,
    private readonly name: string,
  ) {}

  /** Where an object of a heap begins. @throws {RangeError} none of as many bytes. */
  find(heap: number, wanted: number, size: number): number {
    const [begin, length] = this.#objects(heap).get(wanted) ?? [0, -1];
    if (!(length >= size)) throw new RangeError(`no object ${wanted} in its heap`);
    return begin;
  }

  #objects(heap: number): Map<number, Place> {
    const known = this.#heaps.get(heap);
    if (known) return known;
    const { view } = this;
    const objects = new Map<number, Place>();
    this.#heaps.set(heap, objects);
    const end = Math.min(view.byteLength, heap + Number(view.getBigUint64(heap + 8, true)));
    for (let position = heap + 16; position + 16 <= end; ) {
      this.budget.bytes(64, this.name);
      const [index, length] = [view.getUint16(position, true), Number(view.getBigUint64(position + 8, true))];
      if (index === 0) break;
      if (!objects.has(index)) objects.set(index, [position + 16, length]);
      position += 16 + Math.ceil(length / 8) * 8;
    }
    return objects;
  }
}
