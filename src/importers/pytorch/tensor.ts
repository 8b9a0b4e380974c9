import { bytesPerElement, type Elements, elementsOf, toFloats } from '../formats/elements.js';
import { show } from '../formats/json.js';
import type { Stored } from '../formats/safetensors.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';

/** One block of numbers, on which tensors are views. Filled once the file has been read to its end. */
export class Storage {
  #bytes: Uint8Array | undefined;
  #elements: Elements | undefined;
  /** What views have been made, so that those of the same part have their numbers in common. */
  readonly made = new Map<string, Float32Array>();
  readonly where: string;
  readonly bytes: number;

  constructor(
    readonly key: string,
    readonly dtype: string,
    /** Elements. */
    readonly length: number,
  ) {
    this.where = `storage ${show(key)}`;
    this.bytes = length * (bytesPerElement(dtype) ?? 0);
  }

  /** @throws {ImportError} not its number of bytes. */
  fill(bytes: Uint8Array | undefined): void {
    const { where, bytes: size } = this;
    if (bytes?.length !== size) refuse(where, 'not its bytes', `${size} bytes`, bytes ? `${bytes.length}` : 'none');
    this.#bytes = bytes;
  }

  get filled(): boolean {
    return this.#bytes !== undefined;
  }

  /** Made when the first tensor is read: of a storage that no layer uses, never. */
  elements(budget: Budget): Elements {
    this.#elements ??= elementsOf(this.#bytes as Uint8Array, this.dtype, this.where, budget);
    return this.#elements;
  }
}

/** `torch.*Storage` of a persistent id: part of a storage. */
export class Part {
  constructor(
    readonly storage: Storage,
    readonly begin: number,
    readonly length: number,
  ) {}
}

/** What `torch._utils._rebuild_tensor(_v2)` makes: a view with any offset and strides. */
export class Tensor implements Stored {
  constructor(
    readonly shape: readonly number[],
    readonly dtype: string,
    readonly read: () => Float32Array,
    readonly storage: Storage,
    /** Which part of its storage it is. */
    readonly id: string,
  ) {}
}

/** @throws {ImportError} a view that its storage does not hold, or that repeats elements so that it is larger than the storage. */
export function view(part: unknown, offset: unknown, sizes: unknown, steps: unknown, budget: Budget): Tensor {
  if (!(part instanceof Part)) refuse('pickle', 'a tensor without a storage', 'a storage');
  const { storage, begin, length } = part;
  const { where, dtype, made } = storage;
  if (!isSize(offset) || !isSizes(sizes) || !isSizes(steps) || sizes.length !== steps.length)
    refuse(where, 'not a tensor', 'an offset, a shape and its strides', show([offset, sizes, steps]));
  // The pickle may still append to its lists.
  const [shape, strides] = [[...sizes], [...steps]];
  const id = `offset ${offset}, shape [${shape}], strides [${strides}]`;
  const count = shape.reduce((product, n) => product * n, 1);
  const end = shape.reduce((sum, n, axis) => sum + (n - 1) * (strides[axis] as number), offset + 1);
  if (count > length || (count > 0 && end > length))
    refuse(where, 'a tensor larger than its storage', `at most ${length} elements`, id);
  const read = () => {
    const known = made.get(id + begin);
    if (known) return known;
    budget.bytes(count * (storage.bytes / storage.length || 0), where);
    const data = toFloats(
      gather(storage.elements(budget), begin + offset, shape, strides, count),
      dtype,
      where,
      budget,
    );
    made.set(id + begin, data);
    return data;
  };
  return new Tensor(shape, dtype, read, storage, id + begin);
}

/** The elements of a view, row-major. */
function gather(
  elements: Elements,
  begin: number,
  shape: readonly number[],
  strides: readonly number[],
  count: number,
) {
  // Of 64-bit integers these are BigInts, which TypeScript need not know.
  const [from, out] = [elements as Float32Array, elements.slice(0, count) as Float32Array];
  let to = 0;
  const walk = (axis: number, start: number): void => {
    const [size = 1, stride = 0] = [shape[axis], strides[axis]];
    for (let k = 0; k < size; k++) {
      if (axis < shape.length - 1) walk(axis + 1, start + k * stride);
      else out[to++] = from[start + k * stride] as number;
    }
  };
  // Without elements, the other axes may be of any length.
  if (count > 0) walk(0, begin);
  return out;
}

export const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
// No tensor here has more than 3 axes; many tensors could share one long list.
const isSizes = (value: unknown): value is number[] => Array.isArray(value) && value.length <= 8 && value.every(isSize);
