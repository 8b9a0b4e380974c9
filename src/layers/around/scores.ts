import type { AttentionNode } from '../../spec.js';
import { BINARY, rowBytes, VECTOR_BYTES, vectorsFor } from '../../wasm/abi.js';
import { type Linear, linearOf } from '../../wasm/linear.js';
import { gateColumns, packRows } from '../../wasm/pack.js';
import { type Activate, makeActivation } from '../activation.js';
import type { PlanContext, ValueBuffer } from '../layer.js';

/** How well queries go with keys, as rows `[timesteps of k]`: of one row of the batch and one head at a time. */
export interface Scores {
  /** Bytes of a block for the turn of the layer, and what takes its address. */
  readonly bytes: number;
  place(address: number): void;
  /** Takes the keys of row `b`. */
  keys(b: number, head: number): void;
  /** Writes the scores of `rows` queries from timestep `t` on, unscaled, `stride` bytes apart. */
  write(b: number, head: number, t: number, rows: number, scores: number, stride: number): void;
}

/** `q[t]·k[s]` (Luong et al. 2015): the keys packed as the second factor of a product. */
export function dotScores({ heads }: AttentionNode, { kernels, arena, inputs }: PlanContext): Scores {
  const [q, k] = inputs as [ValueBuffer, ValueBuffer];
  const { time } = k;
  const size = q.features / heads;
  const vectors = vectorsFor(time);
  const columns = gateColumns([0], time);
  const packed = { address: 0, rows: size, vectors };
  let product: Linear | undefined;
  return {
    bytes: size * vectors * VECTOR_BYTES,
    place(address) {
      packed.address = address;
      product = linearOf(kernels, packed, 0);
    },
    keys(b, head) {
      const from = k.address + b * time * k.stride + 4 * head * size;
      packRows(kernels, arena, packed, 0, size, columns, from, k.stride, 4, kernels.copyRows);
    },
    write(b, head, t, rows, scores, stride) {
      product?.apply(q.address + (b * q.time + t) * q.stride + 4 * head * size, q.stride, rows, scores, stride);
    },
  };
}

/**
 * `Σ_j w[j] · tanh(q[t, j] + k[s, j])` (Bahdanau et al. 2015), for a query at a time.
 * @param weight w, of all heads one after another; undefined for ones.
 */
export function additiveScores(
  { heads, name }: AttentionNode,
  { kernels, alloc, arena, inputs }: PlanContext,
  weight: Linear | undefined,
): Scores {
  const [q, k] = inputs as [ValueBuffer, ValueBuffer];
  const { time } = k;
  const size = q.features / heads;
  const row = rowBytes(size);
  const vectors = time * vectorsFor(size);
  const block = vectors * VECTOR_BYTES;
  const tanh = makeActivation('tanh', name, kernels) as Activate;
  const sum = weight ?? linearOf(kernels, { address: ones(size), rows: size, vectors: 1 }, 0);
  let keys = 0;
  function ones(terms: number): number {
    const address = alloc(terms * VECTOR_BYTES);
    arena.f32.fill(1, address / 4, (address + terms * VECTOR_BYTES) / 4);
    return address;
  }
  return {
    bytes: 2 * block + time * VECTOR_BYTES,
    place(address) {
      keys = address;
    },
    keys(b, head) {
      kernels.copyRows(k.address + b * time * k.stride + 4 * head * size, k.stride, keys, row, time, size);
    },
    write(b, head, t, rows, scores, stride) {
      const sums = keys + block;
      const results = sums + block;
      for (let i = 0; i < rows; i++) {
        const query = q.address + (b * q.time + t + i) * q.stride + 4 * head * size;
        kernels.copyRows(query, 0, sums, row, time, size);
        kernels.binary(BINARY.add, sums, keys, sums, vectors);
        tanh(sums, sums, vectors);
        sum.applyTerms(weight ? head * size : 0, size, sums, row, time, 0, 0, results, VECTOR_BYTES);
        kernels.copyRows(results, VECTOR_BYTES, scores + i * stride, 4, time, 1);
      }
    },
  };
}
