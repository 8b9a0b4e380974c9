import { DTYPES } from '../formats/dtypes.js';
import { refuse } from './refuse.js';

/** A tensor of the file that is not converted yet. */
export interface Stored {
  readonly shape: readonly number[];
  /** As safetensors calls them: `F32`, `BF16`, … */
  readonly dtype: string;
  /** Row-major float32. */
  readonly read: () => Float32Array;
}

/** A file's tensors by name. */
export interface Weights {
  readonly format: string;
  readonly tensors: ReadonlyMap<string, Stored>;
  readonly notes: readonly string[];
  /** Paths of all modules in the order of their registration, also of those without tensors, if the file has them. */
  readonly modules?: readonly string[];
}

/** One block of numbers, on which tensors are views. `bytes` is there once the file has been read to its end. */
export interface Storage {
  readonly key: string;
  readonly dtype: string;
  /** Elements. */
  readonly length: number;
  bytes?: Uint8Array;
}

/** `torch.*Storage` of a persistent id: part of a storage. */
export class StorageView {
  constructor(
    readonly storage: Storage,
    readonly begin: number,
    readonly length: number,
  ) {}
}

/** Arrays that views of the same part have in common, and how many elements the file may still become. */
export interface Decoded {
  readonly arrays: Map<string, Float32Array>;
  left: number;
}

/**
 * `torch._utils._rebuild_tensor(_v2)`: a view with any offset and strides.
 * @throws {ImportError} a view that its storage does not hold, or that repeats elements so that it is larger than the storage.
 */
export class Tensor implements Stored {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly #strides: readonly number[];
  readonly #begin: number;
  readonly #count: number;

  constructor(
    readonly of: StorageView,
    offset: unknown,
    shape: unknown,
    strides: unknown,
    readonly decoded: Decoded,
  ) {
    if (!isSize(offset) || !isSizes(shape) || !isSizes(strides) || shape.length !== strides.length) {
      refuse(at(of), 'not a tensor', 'an offset, a shape and its strides', 'others');
    }
    this.dtype = of.storage.dtype;
    this.shape = [...shape];
    this.#strides = [...strides];
    this.#begin = of.begin + offset;
    this.#count = shape.reduce((product, n) => product * n, 1);
    const end = shape.reduce((sum, n, axis) => sum + (n - 1) * (strides[axis] as number), offset + 1);
    if (this.#count > of.length || (this.#count > 0 && end > of.length)) {
      refuse(
        at(of),
        'a tensor larger than its storage',
        `at most ${of.length} elements`,
        `shape [${shape.slice(0, 8)}], strides [${strides.slice(0, 8)}], offset ${offset}`,
      );
    }
  }

  read(): Float32Array {
    const { key } = this.of.storage;
    const id = `${key} ${this.#begin} ${this.shape} ${this.#strides}`;
    const { arrays } = this.decoded;
    const data = arrays.get(id) ?? this.#decode();
    arrays.set(id, data);
    return data;
  }

  #decode(): Float32Array {
    const { bytes } = this.of.storage as Required<Storage>;
    const { bytes: size, integer, read } = dtypeOf(this.dtype);
    this.decoded.left -= this.#count;
    if (this.decoded.left < 0) {
      refuse(at(this.of), 'tensors that share storages too often', 'no more elements than bytes', 'more');
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const data = new Float32Array(this.#count);
    const index = this.shape.map(() => 0);
    let from = this.#begin;
    for (let k = 0; k < data.length; k++) {
      const value = read(view, from * size);
      data[k] = value;
      const kept = data[k] as number;
      if (kept !== value && (integer || (Number.isFinite(value) && !Number.isFinite(kept)))) {
        refuse(
          at(this.of),
          `element ${k} does not fit float32`,
          'a value that float32 holds',
          `${value} (${this.dtype})`,
        );
      }
      for (let axis = index.length - 1; axis >= 0; axis--) {
        const stride = this.#strides[axis] as number;
        from += stride;
        index[axis] = (index[axis] as number) + 1;
        if ((index[axis] as number) < (this.shape[axis] as number)) break;
        from -= stride * (this.shape[axis] as number);
        index[axis] = 0;
      }
    }
    return data;
  }
}

export const dtypeOf = (name: string) => DTYPES.get(name) as NonNullable<ReturnType<typeof DTYPES.get>>;
export const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
// No tensor here has more than 3 axes; many tensors could share one long list.
const isSizes = (value: unknown): value is number[] => Array.isArray(value) && value.length <= 8 && value.every(isSize);
const at = ({ storage }: StorageView): string => `storage ${JSON.stringify(storage.key.slice(0, 80))}`;
