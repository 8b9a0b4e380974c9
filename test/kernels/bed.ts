import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Kernels } from '../../src/wasm/abi.js';

export type AllKernels = Kernels & { fill(dst: number, vectors: number, value: number): void };

const PAGES = 16;
/** A NaN that no arithmetic makes: reading it spoils a result, overwriting it is seen. */
const CANARY = 0x7fedbeef;
const GUARD = 64;
/** Static data of the kernels lies below. */
const START = 1024;

const files = (['simd', 'relaxed'] as const).flatMap((name) => {
  const bytes = readFileSync(new URL(`../../dist/kernels/${name}.wasm`, import.meta.url));
  return WebAssembly.validate(bytes) ? [{ name, module: new WebAssembly.Module(bytes) }] : [];
});

/** The builds this runtime accepts, each with a memory; node 20 does not take `relaxed`. */
export const buildsWith = (pages: number) =>
  files.map(({ name, module }) => {
    const memory = new WebAssembly.Memory({ initial: pages });
    const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as AllKernels;
    return { name, kernels, memory };
  });

export const builds = buildsWith(PAGES);

export type Build = (typeof builds)[number];

/** One block: where it is, and its floats. */
export interface Block {
  readonly at: number;
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
}

/**
 * Memory for one kernel call: all canaries, blocks laid out with guards between them, and a check that the
 * call changed nothing outside the blocks it was allowed to write.
 */
export class Bed {
  readonly memory: WebAssembly.Memory;
  #next = START;
  #hasLast = false;
  #writable: [number, number][] = [];

  constructor({ memory }: Build) {
    this.memory = memory;
    new Int32Array(memory.buffer, START).fill(CANARY);
  }

  /** A block of `floats` floats, all canaries, `shift` bytes past a 64-byte boundary. */
  block(floats: number, { writable = false, shift = 0 } = {}): Block {
    const at = Math.ceil((this.#next + GUARD) / 64) * 64 + shift;
    this.#next = at + floats * 4;
    if (this.#next + GUARD > this.memory.buffer.byteLength) throw new Error('test memory too small');
    return this.#view(at, floats, writable);
  }

  /** A block whose last float is the memory's last: reading past it traps. */
  lastBlock(floats: number): Block {
    this.#hasLast = true;
    return this.#view(this.memory.buffer.byteLength - floats * 4, floats, false);
  }

  /** A read-only block holding `data`. */
  of(data: ArrayLike<number>, shift = 0): Block {
    const block = this.block(data.length, { shift });
    block.f32.set(data);
    return block;
  }

  /** Calls, then checks that only writable blocks have changed. */
  run<T>(call: () => T): T {
    const { buffer } = this.memory;
    // Canaries alone come after the blocks, but for one at the very end: there is nothing to remember of them.
    const used = this.#hasLast ? buffer.byteLength : Math.ceil((this.#next + GUARD) / 64) * 64;
    const before = new Uint8Array(buffer.slice(0, used));
    const result = call();
    const after = new Uint8Array(buffer);
    for (const [from, to] of this.#writable) before.set(after.subarray(from, to), from);
    const changed =
      Buffer.compare(before, after.subarray(0, used)) || Buffer.compare(canaries(buffer, used), after.subarray(used));
    expect(changed, 'bytes outside the writable blocks').toBe(0);
    return result;
  }

  #view(at: number, floats: number, writable: boolean): Block {
    const { buffer } = this.memory;
    if (writable) this.#writable.push([at, at + floats * 4]);
    return {
      at,
      f32: new Float32Array(buffer, at, floats),
      i32: new Int32Array(buffer, at, floats),
      u8: new Uint8Array(buffer, at, floats * 4),
    };
  }
}

let allCanaries = new Int32Array();

/** What memory holds from a place on to its end where nothing was written. */
function canaries({ byteLength }: ArrayBuffer, from: number): Uint8Array {
  if (allCanaries.byteLength < byteLength) allCanaries = new Int32Array(byteLength / 4).fill(CANARY);
  return new Uint8Array(allCanaries.buffer, from, byteLength - from);
}

/** Whether the block still holds nothing but canaries. */
export const untouched = (block: Block): boolean => block.i32.every((word) => word === CANARY);

export const pad4 = (n: number): number => Math.ceil(n / 4) * 4;

/** Small reproducible generator (mulberry32), uniform in [-1, 1), exactly a float32. */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >> 8) / 2 ** 23;
  };
}

export const uniform = (count: number, seed: number, scale = 1): Float32Array => {
  const next = random(seed);
  return Float32Array.from({ length: count }, () => next() * scale);
};

/**
 * Packs `[rows][columns]` (columns a multiple of 4) as the kernels read it: panel after panel, each `[row][P][4]`.
 */
export function pack(kernels: Kernels, matrix: Float32Array, rows: number, columns: number): Float32Array {
  const packed = new Float32Array(matrix.length);
  const vectors = columns / 4;
  let at = 0;
  for (let v = 0; v < vectors; ) {
    const panel = kernels.panelVectors(vectors - v);
    for (let j = 0; j < rows; j++) {
      packed.set(matrix.subarray(j * columns + v * 4, j * columns + (v + panel) * 4), at);
      at += panel * 4;
    }
    v += panel;
  }
  return packed;
}
