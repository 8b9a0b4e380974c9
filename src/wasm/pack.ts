import { type Kernels, rowBytes, VECTOR_BYTES } from './abi.js';
import type { Arena } from './arena.js';
import { LEAST_NORMAL, withoutTiny } from './tiny.js';

/** A weight matrix as the kernels read it: `rows` × `vectors`·4 columns, cut into panels of columns. */
export interface PackedMatrix {
  readonly address: number;
  /** K: length of the sums. */
  readonly rows: number;
  readonly vectors: number;
}

/** Part of the sum: a tensor, row-major `(outputs, length)`, as in a spec. */
export type WeightPart = readonly [tensor: string, length: number];

/** Where weights come from and go to. */
export interface Packing {
  readonly arena: Arena;
  readonly kernels: Kernels;
  /** The data of a float32 tensor of the spec. */
  tensor(name: string): Float32Array;
  /** For those who want 0 in the place of what is `TINY`, and have `tensor` give it: the data as it is, since kernels leave that out too. */
  untouched?(name: string): Float32Array;
}

/**
 * Which output each packed column computes: groups of 4 units, the 4 lanes of each gate next to
 * one another. Entry = row of the spec's weight, or -1 for padding.
 *
 * @param gates gates in packed order, each as its position in the spec's stacking.
 */
export function gateColumns(gates: readonly number[], units: number): Int32Array {
  const groups = Math.ceil(units / 4);
  const columns = new Int32Array(groups * gates.length * 4).fill(-1);
  let column = 0;
  for (let group = 0; group < groups; group++) {
    for (const gate of gates) {
      for (let lane = 0; lane < 4; lane++, column++) {
        const unit = group * 4 + lane;
        if (unit < units) columns[column] = gate * units + unit;
      }
    }
  }
  return columns;
}

/**
 * Writes weights in panel order: panel after panel, and within a panel of P vectors, for each k the
 * P·4 columns' weights next to one another: `[panel][k][P][4]`. The step reads it as one stream.
 * The parts follow one another along k.
 */
export function packMatrix(packing: Packing, columns: Int32Array, ...parts: readonly WeightPart[]): PackedMatrix {
  const { arena, kernels, tensor, untouched } = packing;
  const rows = parts.reduce((sum, [, length]) => sum + length, 0);
  const vectors = columns.length / 4;
  const sources = parts.map(([name]) =>
    untouched ? untouched(name) : withoutTiny(packing, tensor(name), LEAST_NORMAL),
  );
  const address = arena.alloc(rows * columns.length * 4);
  const copy = untouched ? kernels.copyRowsWithoutTiny : kernels.copyRows;
  let k0 = 0;
  for (const [index, [, length]] of parts.entries()) {
    // Row `output` of the tensor is a column here.
    const row = arena.alloc(4 * length);
    packRows(kernels, arena, { address, rows, vectors }, k0, length, columns, row, 0, 4, copy, sources[index]);
    arena.free(row);
    k0 += length;
  }
  return { address, rows, vectors };
}

/**
 * Writes rows `k0` to `k0 + count` of a packed matrix, the element of row k and column j from address
 * `source + columns[j]·columnStep + k·rowStep`, 0 where `columns[j]` is below 0. Allocates nothing without `data`. The kernels copy, since
 * models are made by code that has just been loaded, which takes twenty times as long for a number.
 *
 * @param copy `copyRows`, or the one that leaves out what is tiny.
 * @param data what there is instead of columns in memory: each stands in `count` numbers of it, and is put at `source` for the copying.
 */
export function packRows(
  { panelVectors }: Kernels,
  { f32 }: Arena,
  { address, rows, vectors }: PackedMatrix,
  k0: number,
  count: number,
  columns: Int32Array,
  source: number,
  columnStep: number,
  rowStep: number,
  copy: Kernels['copyRows'],
  data?: Float32Array,
): void {
  let panel = address;
  for (let vector = 0; vector < vectors; ) {
    const width = panelVectors(vectors - vector);
    const bytes = width * VECTOR_BYTES;
    const target = panel + k0 * bytes;
    for (let j = 0; j < width * 4; j++) {
      const column = columns[vector * 4 + j] as number;
      const to = target + j * 4;
      if (column < 0) {
        for (let k = 0; k < count; k++) f32[(to + k * bytes) / 4] = 0;
      } else {
        if (data) f32.set(data.subarray(column * count, (column + 1) * count), source / 4);
        copy(source + column * columnStep, rowStep, to, bytes, count, 1);
      }
    }
    panel += rows * bytes;
    vector += width;
  }
}

/** Writes one number per packed column, the sum of the named vectors `(outputs)`; absent ones count as zeros. */
export function packBias(
  { arena, tensor }: Packing,
  columns: Int32Array,
  ...names: readonly (string | undefined)[]
): number {
  const address = arena.alloc(columns.length * 4);
  for (const name of names) {
    const bias = name === undefined ? [] : tensor(name);
    columns.forEach((output, column) => {
      (arena.f32[address / 4 + column] as number) += bias[output] ?? 0;
    });
  }
  return address;
}

/**
 * Copies a vector into a block padded to whole vectors.
 * @param features numbers of the block, along which the vector repeats; as many as it has, if not given.
 * @returns 0 for an absent one.
 */
export function packVector({ arena, tensor }: Packing, name: string | undefined, features?: number): number {
  if (name === undefined) return 0;
  const data = tensor(name);
  const count = features ?? data.length;
  const address = arena.alloc(rowBytes(count));
  for (let j = 0; j < count; j += data.length) arena.f32.set(data, address / 4 + j);
  return address;
}
