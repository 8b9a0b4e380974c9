import type { Int8TensorSpec } from '../spec.js';
import type { Arena } from './arena.js';
import type { Build } from './module.js';

/** Weights, and how many terms share a scale: `src/graph/int8.ts`. */
export type BlockedTensor = Int8TensorSpec & { readonly block: number };

/** Where packed int8 weights go to. */
interface Int8Target {
  readonly arena: Arena;
  readonly build: Build;
}

const fours = (count: number): number => Math.ceil(count / 4);

/** Bytes of `terms` packed terms of each column. */
export function segmentBytes(vectors: number, terms: number, block: number): number {
  let bytes = 0;
  for (let k = 0; k < terms; k += block) {
    bytes += vectors * (16 * fours(Math.min(block, terms - k)) + 32);
  }
  return bytes;
}

/**
 * Writes terms `from` to `from + terms` of rows of `length` numbers, block after block, each strip after strip; drawn in
 * `assembly/int8/product.ts`. @param address of zeros.
 */
export function packSegment(
  { arena, build }: Int8Target,
  address: number,
  columns: Int32Array,
  { shape, data, scales }: BlockedTensor,
  length: number,
  from: number,
  terms: number,
  block: number,
): void {
  const scalesOfOutput = scales.length / (shape[0] as number);

  const vectors = columns.length / 4;
  // Zeros stay where something is missing at the ends.
  const i8 = new Int8Array(arena.memory.buffer);
  const { i32, f32 } = arena;
  let at = address;
  for (let k = 0; k < terms; k += block) {
    const count = Math.min(block, terms - k);
    const tail = at + vectors * 16 * fours(count);
    for (let column = 0; column < columns.length; column++) {
      const output = columns[column] as number;
      if (output < 0) continue;
      const vector = column >> 2;
      const lane = column & 3;
      const width = Math.min(2, vectors - (vector & ~1));
      const strip = at + (vector & ~1) * 16 * fours(count) + (vector & 1) * 16;
      const source = output * length + from + k;
      let sum = 0;
      for (let j = 0; j < count; j++) {
        const weight = data[source + j] as number;
        const place = build === 'relaxed' ? lane * 4 + (j & 3) : (j & 2) * 4 + lane * 2 + (j & 1);
        i8[strip + (j >> 2) * 16 * width + place] = weight;
        sum += weight;
      }
      const ends = tail / 4 + vector * 8 + lane;
      f32[ends] = scales[output * scalesOfOutput + (scalesOfOutput === 1 ? 0 : k / block)] as number;
      // Modulo 2^32, as the kernels' sums.
      i32[ends + 4] = sum * 8192;
    }
    at = tail + vectors * 32;
  }
}

/** Writes a table `[vocabulary][features]`, its rows `stride` bytes apart, and their scales. */
export function packInt8Table(
  arena: Arena,
  table: number,
  scalesAt: number,
  { data, scales }: Int8TensorSpec,
  features: number,
  stride: number,
): void {
  const i8 = new Int8Array(arena.memory.buffer);
  for (let id = 0; id < scales.length; id++) {
    i8.set(data.subarray(id * features, (id + 1) * features), table + id * stride);
  }
  arena.f32.set(scales, scalesAt / 4);
}
