import { MemoryLimitError } from '../errors.js';
import { raise } from '../refuse.js';
import type { WasmMemory } from './runtime-types.js';

/** Blocks start on cache lines, so that no weight vector straddles two. */
const ALIGNMENT = 64;
const PAGE = 65536;
/** Addresses below this are never handed out: 0 means "none" to the kernels. */
const RESERVED = 1024;

const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Units of `ALIGNMENT` there can be, as an address or a size: both together are one exact number. */
const UNITS = 2 ** 26;

/**
 * The only owner of a model's memory: hands out blocks, takes them back, grows the memory when
 * none fits, and renews the views after growth. Best fit, the lowest address of equals, neighbours joined when freed; the time of
 * both grows with the logarithm of the number of free blocks.
 *
 * `f32`, `i32` and `u8` are replaced on growth: read them from the arena at each use.
 */
export class Arena {
  readonly memory: WasmMemory;
  f32!: Float32Array<ArrayBuffer>;
  i32!: Int32Array<ArrayBuffer>;
  u8!: Uint8Array<ArrayBuffer>;
  /** Counts growths; a cached subarray is stale when this has changed. */
  generation = 0;
  /** Bytes handed out and not taken back. */
  used = 0;

  /** Most bytes the memory may have. */
  readonly limit: number;
  /** Where what lies behind the last block handed out begins, up to the end of the memory. */
  #rest = RESERVED;
  /** The other free blocks, size and address in one number each, sorted. */
  readonly #free: number[] = [];
  /** Sizes of the free blocks by their address, and addresses by their end. */
  readonly #freeSizes = new Map<number, number>();
  readonly #freeEnds = new Map<number, number>();
  readonly #sizes = new Map<number, number>();

  /**
   * @param limit most bytes the memory may have, rounded down to pages of 64 KiB.
   * @throws {MemoryLimitError} the limit is below one page.
   */
  constructor(limit = 65536 * PAGE) {
    this.limit = Math.min(65536, Math.floor(limit / PAGE)) * PAGE;
    if (!(this.limit >= PAGE)) {
      raise(MemoryLimitError, 'memoryLimit', 'memory limit too small', `at least ${PAGE} bytes`, String(limit));
    }
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: this.limit / PAGE });
    this.#renewViews();
  }

  /** Bytes of the memory, used or not. */
  get byteLength(): number {
    return this.memory.buffer.byteLength;
  }

  /**
   * A zeroed block of at least `bytes` bytes, on a 64-byte boundary.
   * @throws {MemoryLimitError} no room under the limit; nothing has changed.
   */
  alloc(bytes: number): number {
    const size = align(Math.max(bytes, 1));
    const key = this.#free[this.#search((size / ALIGNMENT) * UNITS)];
    let address = this.#rest;
    if (key === undefined) {
      this.#grow(size);
      this.#rest += size;
    } else {
      address = (key % UNITS) * ALIGNMENT;
      const whole = this.#take(address);
      if (whole > size) this.#put(address + size, whole - size);
    }
    this.#sizes.set(address, size);
    this.used += size;
    this.u8.fill(0, address, address + size);
    return address;
  }

  /** Takes a block back. Freeing what was not handed out is a fault of ours, hence a plain Error. */
  free(address: number): void {
    const size = this.#sizes.get(address);
    if (size === undefined) throw new Error(`arena: ${address} is not an allocated block`);
    this.#sizes.delete(address);
    this.used -= size;
    const before = this.#freeEnds.get(address);
    const start = before ?? address;
    if (before !== undefined) this.#take(before);
    let end = address + size;
    if (this.#freeSizes.has(end)) end += this.#take(end);
    if (end === this.#rest) this.#rest = start;
    else this.#put(start, end - start);
  }

  /** Adds a free block. */
  #put(address: number, size: number): void {
    const key = keyOf(address, size);
    this.#free.splice(this.#search(key), 0, key);
    this.#freeSizes.set(address, size);
    this.#freeEnds.set(address + size, address);
  }

  /** Removes the free block at an address. @returns its size. */
  #take(address: number): number {
    const size = this.#freeSizes.get(address) as number;
    this.#free.splice(this.#search(keyOf(address, size)), 1);
    this.#freeSizes.delete(address);
    this.#freeEnds.delete(address + size);
    return size;
  }

  /** Index of the first free block that is not below a key. */
  #search(key: number): number {
    let [low, high] = [0, this.#free.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#free[middle] as number) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Makes what lies behind the last block at least `size` bytes. */
  #grow(size: number): void {
    const bytes = Math.ceil((this.#rest + size - this.byteLength) / PAGE) * PAGE;
    if (bytes <= 0) return;
    if (this.byteLength + bytes > this.limit) throw this.#exhausted(size);
    try {
      this.memory.grow(bytes / PAGE);
    } catch (cause) {
      throw this.#exhausted(size, cause);
    }
    this.#renewViews();
  }

  #renewViews(): void {
    const buffer = this.memory.buffer as ArrayBuffer;
    this.f32 = new Float32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u8 = new Uint8Array(buffer);
    this.generation++;
  }

  #exhausted(size: number, cause?: unknown): MemoryLimitError {
    return new MemoryLimitError('out of memory', {
      where: 'memory',
      expected: `at most ${this.limit} bytes (memoryLimit), ${this.used} of them in use`,
      got: `a request for ${size} more`,
      cause,
    });
  }
}

const keyOf = (address: number, size: number): number => (size / ALIGNMENT) * UNITS + address / ALIGNMENT;
