import { MemoryLimitError } from '../errors.js';
import { raise } from '../refuse.js';

/** Blocks start on cache lines, so that no weight vector straddles two. */
const ALIGNMENT = 64;
const PAGE = 65536;
/** Addresses below this are never handed out: 0 means "none" to the kernels. */
const RESERVED = 1024;

const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

interface Block {
  address: number;
  size: number;
}

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
  /** Bytes handed out and not taken back. */
  used = 0;

  readonly #limit: number;
  /** What lies behind the last block handed out, up to the end of the memory; may be empty. */
  readonly #rest: Block = { address: RESERVED, size: PAGE - RESERVED };
  /** Sorted by address, the rest last. */
  readonly #free = [this.#rest];
  readonly #sizes = new Map<number, number>();

  /**
   * @param limit most bytes the memory may have, rounded down to pages of 64 KiB.
   * @throws {MemoryLimitError} the limit is below one page.
   */
  constructor(limit = 65536 * PAGE) {
    this.#limit = Math.min(65536, Math.floor(limit / PAGE)) * PAGE;
    if (!(this.#limit >= PAGE)) {
      raise(MemoryLimitError, 'memoryLimit', 'memory limit too small', `at least ${PAGE} bytes`, String(limit));
    }
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: this.#limit / PAGE });
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
    let block = this.#free.find((free) => free.size >= size);
    if (block === undefined) {
      this.#grow(size);
      block = this.#rest;
    }
    const { address } = block;
    block.address += size;
    block.size -= size;
    if (block.size === 0 && block !== this.#rest) this.#free.splice(this.#free.indexOf(block), 1);
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
    const index = this.#free.findIndex((block) => block.address > address);
    this.#free.splice(index, 0, { address, size });
    this.#join(index);
    this.#join(index - 1);
  }

  /** Joins a free block with the one after it if they touch. */
  #join(index: number): void {
    const [block, next] = [this.#free[index], this.#free[index + 1]];
    if (!block || !next || block.address + block.size !== next.address) return;
    next.address = block.address;
    next.size += block.size;
    this.#free.splice(index, 1);
  }

  /** Makes the rest at least `size` bytes. */
  #grow(size: number): void {
    const bytes = Math.ceil((size - this.#rest.size) / PAGE) * PAGE;
    if (this.byteLength + bytes > this.#limit) throw this.#exhausted(size);
    try {
      this.memory.grow(bytes / PAGE);
    } catch (cause) {
      throw this.#exhausted(size, cause);
    }
    this.#rest.size += bytes;
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
      expected: `at most ${this.#limit} bytes (memoryLimit), ${this.used} of them in use`,
      got: `a request for ${size} more`,
      cause,
    });
  }
}
