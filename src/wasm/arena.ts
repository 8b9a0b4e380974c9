import { MemoryLimitError } from '../errors.js';
import { refuse } from '../refuse.js';

/** Blocks start on cache lines, so that no weight vector straddles two. */
const ALIGNMENT = 64;
const PAGE = 65536;
/** Addresses below this are never handed out: 0 means "none" to the kernels. */
const RESERVED = 1024;

const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/**
 * The only owner of a model's memory: hands out blocks, takes them back, grows the memory when
 * none fits, and renews the views after growth. First fit over a list of free blocks sorted by
 * address, neighbours joined when freed.
 *
 * `f32`, `i32` and `u8` are replaced on growth: read them from the arena at each use.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  f32!: Float32Array<ArrayBuffer>;
  i32!: Int32Array<ArrayBuffer>;
  u8!: Uint8Array<ArrayBuffer>;
  /** Counts growths; a cached subarray is stale when this has changed. */
  generation = 0;

  readonly #limit: number;
  /** [address, bytes], sorted by address. */
  readonly #free: [number, number][] = [];
  readonly #sizes = new Map<number, number>();

  /**
   * @param limit most bytes the memory may have, rounded down to pages of 64 KiB.
   * @throws {MemoryLimitError} the limit is below one page.
   */
  constructor(limit = 65536 * PAGE) {
    this.#limit = Math.min(65536, Math.floor(limit / PAGE)) * PAGE;
    if (!(this.#limit >= PAGE)) {
      refuse(MemoryLimitError, 'memoryLimit', 'memory limit too small', `at least ${PAGE} bytes`, String(limit));
    }
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: this.#limit / PAGE });
    this.#free.push([RESERVED, PAGE - RESERVED]);
    this.#renewViews();
  }

  /** Bytes of the memory, used or not. */
  get byteLength(): number {
    return this.memory.buffer.byteLength;
  }

  /** Bytes handed out and not taken back. */
  get used(): number {
    let bytes = 0;
    for (const size of this.#sizes.values()) bytes += size;
    return bytes;
  }

  /**
   * A zeroed block of at least `bytes` bytes, on a 64-byte boundary.
   * @throws {MemoryLimitError} no room under the limit; nothing has changed.
   */
  alloc(bytes: number): number {
    const size = align(Math.max(bytes, 1));
    let index = this.#free.findIndex(([, free]) => free >= size);
    if (index < 0) {
      this.#grow(size);
      index = this.#free.length - 1;
    }
    const block = this.#free[index] as [number, number];
    const address = block[0];
    if (block[1] === size) this.#free.splice(index, 1);
    else this.#free[index] = [address + size, block[1] - size];
    this.#sizes.set(address, size);
    this.u8.fill(0, address, address + size);
    return address;
  }

  /** Takes a block back. Freeing what was not handed out is a fault of ours, hence a plain Error. */
  free(address: number): void {
    const size = this.#sizes.get(address);
    if (size === undefined) throw new Error(`arena: ${address} is not an allocated block`);
    this.#sizes.delete(address);
    this.#insert(address, size);
  }

  /** Grows once for blocks of `bytes` in total, instead of block by block. */
  reserve(bytes: number): void {
    const last = this.#free.at(-1);
    if (last === undefined || last[1] < bytes) this.#grow(bytes);
  }

  /** Makes the last free block at least `size` bytes. */
  #grow(size: number): void {
    const end = this.byteLength;
    const last = this.#free.at(-1);
    const tail = last !== undefined && last[0] + last[1] === end ? last[1] : 0;
    const pages = Math.ceil((size - tail) / PAGE);
    if (end + pages * PAGE > this.#limit) throw this.#exhausted(size);
    try {
      this.memory.grow(pages);
    } catch (cause) {
      throw this.#exhausted(size, cause);
    }
    this.#renewViews();
    this.#insert(end, pages * PAGE);
  }

  #insert(address: number, size: number): void {
    const free = this.#free;
    let index = free.findIndex(([other]) => other > address);
    if (index < 0) index = free.length;
    free.splice(index, 0, [address, size]);
    for (const at of [index, index - 1]) {
      const [block, next] = [free[at], free[at + 1]];
      if (block && next && block[0] + block[1] === next[0]) {
        free.splice(at, 2, [block[0], block[1] + next[1]]);
      }
    }
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
      expected: `at most ${this.#limit} bytes (memoryLimit), ${this.used} of them in use`,
      got: `a request for ${size} more`,
      cause,
    });
  }
}
