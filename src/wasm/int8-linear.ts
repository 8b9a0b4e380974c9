import type { Arena } from './arena.js';
import { BLOCK_TERMS, type Int8Kernels } from './int8-kernels.js';
import { type BlockedTensor, packSegment, segmentBytes } from './int8-pack.js';
import type { Linear } from './linear.js';
import type { Build } from './module.js';
import type { WeightPart } from './pack.js';

/** Where int8 weights come from and go to. */
export interface Integers {
  readonly kernels: Int8Kernels;
  readonly build: Build;
  readonly arena: Arena;
  readonly tensors: Readonly<Record<string, BlockedTensor>>;
  /** Room for quantised rows, which all layers share. */
  readonly scratch: Scratch;
}

/** A block that is as large as the largest that was asked for. */
export class Scratch {
  address = 0;
  #bytes = 0;
  readonly #arena: Arena;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  atLeast(bytes: number): void {
    if (bytes <= this.#bytes) return;
    if (this.address !== 0) this.#arena.free(this.address);
    this.address = this.#arena.alloc(bytes);
    this.#bytes = bytes;
  }
}

/** Terms of a sum that are quantised together, and their packed weights. */
interface Segment {
  readonly k0: number;
  readonly terms: number;
  /** Terms that are summed as integers, and then scaled. */
  readonly block: number;
  readonly address: number;
}

/** `Linear` of int8 weights. Each segment of a sum is rounded to integers by itself. */
export class Int8Linear implements Linear {
  /** Kernels that run on with float32 weights find none here. */
  readonly weight;
  readonly bias: number;
  readonly vectors: number;
  readonly #integers: Integers;
  readonly #segments: readonly Segment[];

  constructor(integers: Integers, segments: readonly Segment[], vectors: number, bias: number) {
    this.weight = { address: 0, rows: 0, vectors };
    this.bias = bias;
    this.vectors = vectors;
    this.#integers = integers;
    this.#segments = segments;
  }

  apply(a: number, aStride: number, rows: number, c: number, cStride: number): void {
    for (let i = 0; i < this.#segments.length; i++) {
      const from = a + (this.#segments[i] as Segment).k0 * 4;
      if (i === 0) this.applySegment(0, 0, from, aStride, rows, this.bias, 0, c, cStride);
      else this.applySegment(i, 0, from, aStride, rows, c, cStride, c, cStride);
    }
  }

  applyTerms(
    k0: number,
    count: number,
    a: number,
    aStride: number,
    rows: number,
    init: number,
    initStride: number,
    c: number,
    cStride: number,
  ): void {
    for (let i = 0; i < this.#segments.length; i++) {
      const segment = this.#segments[i] as Segment;
      if (segment.k0 !== k0 || segment.terms !== count) continue;
      this.applySegment(i, 0, a, aStride, rows, init, initStride, c, cStride);
      return;
    }
    // A fault of ours: what is applied by itself has to be packed by itself.
    throw new Error(`int8: no segment of ${count} terms from ${k0}`);
  }

  /** `applyTerms` of a segment by number. @param least the maximum that is taken where the numbers' own is below it. */
  applySegment(
    index: number,
    least: number,
    a: number,
    aStride: number,
    rows: number,
    init: number,
    initStride: number,
    c: number,
    cStride: number,
  ): void {
    const { address, terms, block } = this.#segments[index] as Segment;
    const { kernels, scratch } = this.#integers;
    kernels.product(
      a,
      aStride,
      rows,
      terms,
      least,
      address,
      this.vectors,
      init,
      initStride,
      c,
      cStride,
      scratch.address,
      block,
    );
  }
}

/**
 * Packs int8 weights.
 * @param columns which output each packed column computes.
 * @param weights the tensors, which follow one another along the sum.
 * @param terms that are applied at a time; 0: each tensor's.
 */
export function packInt8(
  integers: Integers,
  columns: Int32Array,
  weights: readonly WeightPart[],
  bias: number,
  terms: number,
): Int8Linear {
  const segments: Segment[] = [];
  let k0 = 0;
  for (const [name, length] of weights) {
    const step = terms || length;
    const tensor = integers.tensors[name] as BlockedTensor;
    // One scale for each output: as many as int32 holds the sum of.
    const block = Math.min(BLOCK_TERMS, tensor.block);
    for (let from = 0; from < length; from += step) {
      const address = integers.arena.alloc(segmentBytes(columns.length / 4, step, block));
      packSegment(integers, address, columns, tensor, length, from, step, block);
      segments.push({ k0: k0 + from, terms: step, block, address });
      integers.scratch.atLeast(integers.kernels.scratchBytes(step));
    }
    k0 += length;
  }
  return new Int8Linear(integers, segments, columns.length / 4, bias);
}
