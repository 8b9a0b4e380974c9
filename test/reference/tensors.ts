import type { TensorSpec } from '../../src/spec.js';
import { at, type Matrix, type Vector } from './vector.js';

/** Reads a spec's float32 tensors as float64: the weights are exact, only the arithmetic is wider. */
export class Tensors {
  constructor(private readonly tensors: Readonly<Record<string, TensorSpec>>) {}

  matrix(name: string): Matrix {
    const { shape, data } = this.#get(name);
    const columns = at(shape, 1);
    return Array.from({ length: at(shape, 0) }, (_, row) =>
      Float64Array.from(data.subarray(row * columns, (row + 1) * columns)),
    );
  }

  vector(name: string): Vector {
    return Float64Array.from(this.#get(name).data);
  }

  /** A bias, an initial state, a gain: whatever a layer may do without. */
  optional(name: string | undefined): Vector | undefined {
    return name === undefined ? undefined : this.vector(name);
  }

  #get(name: string): TensorSpec {
    const tensor = this.tensors[name];
    if (!tensor) throw new RangeError(`expected a tensor of the spec, got ${JSON.stringify(name)}`);
    return tensor;
  }
}

/** One gate's rows of a matrix whose gates are stacked. */
export const gateRows = (matrix: Matrix, gate: number, units: number): Matrix =>
  matrix.slice(gate * units, (gate + 1) * units);

/** One gate's part of a vector whose gates are stacked. */
export const gatePart = (vector: Vector | undefined, gate: number, units: number): Vector | undefined =>
  vector?.slice(gate * units, (gate + 1) * units);
