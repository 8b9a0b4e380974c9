import { type Kernels, VECTOR_BYTES } from './abi.js';
import type { Arena } from './arena.js';

/** A weight matrix as the kernels read it: `rows` × `vectors`·4 columns, cut into panels of columns. */
export interface PackedMatrix {
  readonly address: number;
  /** K: length of the sums. */
  readonly rows: number;
  readonly vectors: number;
}

/** Part of the sum: `data` is row-major `(outputs, length)`, as in a spec. */
export interface WeightPart {
  readonly data: Float32Array;
  readonly length: number;
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

export const packedBytes = (rows: number, columns: Int32Array): number => rows * columns.length * 4;

/**
 * Writes weights in panel order: panel after panel, and within a panel of P vectors, for each k the
 * P·4 columns' weights next to one another: `[panel][k][P][4]`. The step reads it as one stream.
 * The parts follow one another along k.
 */
export function packMatrix(
  arena: Arena,
  kernels: Kernels,
  columns: Int32Array,
  parts: readonly WeightPart[],
): PackedMatrix {
  const rows = parts.reduce((sum, part) => sum + part.length, 0);
  const vectors = columns.length / 4;
  const address = arena.alloc(packedBytes(rows, columns));
  const f32 = arena.f32;
  let at = address / 4;
  for (let vector = 0; vector < vectors; ) {
    const width = kernels.panelVectors(vectors - vector);
    const panel = columns.subarray(vector * 4, (vector + width) * 4);
    for (const { data, length } of parts) {
      for (let k = 0; k < length; k++) {
        for (let j = 0; j < panel.length; j++) {
          const output = panel[j] as number;
          f32[at++] = output < 0 ? 0 : (data[output * length + k] as number);
        }
      }
    }
    vector += width;
  }
  return { address, rows, vectors };
}

/** Writes one number per packed column, the sum of the given vectors `(outputs)`; absent ones count as zeros. */
export function packBias(arena: Arena, columns: Int32Array, ...biases: (Float32Array | undefined)[]): number {
  const address = arena.alloc(columns.length * 4);
  const target = arena.f32.subarray(address / 4, address / 4 + columns.length);
  columns.forEach((output, column) => {
    if (output >= 0) target[column] = biases.reduce((sum, bias) => sum + (bias?.[output] ?? 0), 0);
  });
  return address;
}

/** Copies numbers into a block padded to whole vectors. */
export function packVector(arena: Arena, data: Float32Array): number {
  const address = arena.alloc(Math.ceil(data.length / 4) * VECTOR_BYTES);
  arena.f32.set(data, address / 4);
  return address;
}

/** One field of a layer descriptor. */
export type Field = { readonly i32: number } | { readonly f32: number };

/** Writes a layer descriptor: 4 bytes a field, in the order of the kernel's class. */
export function packDescriptor(arena: Arena, fields: readonly Field[]): number {
  const address = arena.alloc(fields.length * 4);
  fields.forEach((field, index) => {
    if ('i32' in field) arena.i32[address / 4 + index] = field.i32;
    else arena.f32[address / 4 + index] = field.f32;
  });
  return address;
}
