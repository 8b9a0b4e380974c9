import { type Kernels, rowBytes } from './abi.js';
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
export function packMatrix(
  { arena, kernels, tensor }: Packing,
  columns: Int32Array,
  ...parts: readonly WeightPart[]
): PackedMatrix {
  const rows = parts.reduce((sum, [, length]) => sum + length, 0);
  const vectors = columns.length / 4;
  const address = arena.alloc(rows * columns.length * 4);
  let k0 = 0;
  for (const [name, length] of parts) {
    const data = withoutTiny(tensor(name), LEAST_NORMAL);
    // Row `output` of the tensor is a column here.
    packRows(kernels, arena.f32, { address, rows, vectors }, k0, length, columns, data, 0, length, 1);
    k0 += length;
  }
  return { address, rows, vectors };
}

/**
 * Writes rows `k0` to `k0 + count` of a packed matrix, the element of row k and column j from
 * `source[from + columns[j]·columnStep + k·rowStep]`, 0 where `columns[j]` is below 0. Allocates nothing.
 */
export function packRows(
  kernels: Kernels,
  f32: Float32Array,
  { address, rows, vectors }: PackedMatrix,
  k0: number,
  count: number,
  columns: Int32Array,
  source: Float32Array,
  from: number,
  columnStep: number,
  rowStep: number,
): void {
  let panel = address / 4;
  for (let vector = 0; vector < vectors; ) {
    const width = kernels.panelVectors(vectors - vector);
    const [first, end] = [vector * 4, (vector + width) * 4];
    let target = panel + k0 * width * 4;
    for (let k = 0; k < count; k++) {
      for (let j = first; j < end; j++) {
        const column = columns[j] as number;
        f32[target++] = column < 0 ? 0 : (source[from + column * columnStep + k * rowStep] as number);
      }
    }
    panel += rows * width * 4;
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

/** Copies a vector into a block padded to whole vectors. @returns 0 for an absent one. */
export function packVector({ arena, tensor }: Packing, name: string | undefined): number {
  if (name === undefined) return 0;
  const data = tensor(name);
  const address = arena.alloc(rowBytes(data.length));
  arena.f32.set(data, address / 4);
  return address;
}
