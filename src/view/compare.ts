import { InputError } from '../errors.js';
import type { LayersTrace, TracedLayer, TracedMap } from './layers.js';

/** Where two traces differ most in one of their maps. */
export interface Difference {
  /** `a − b`, `[columns][rows]`; NaN where either is. */
  readonly data: Float32Array;
  /** The largest magnitude in it, and where. */
  readonly most: number;
  readonly column: number;
  readonly row: number;
}

/**
 * Whether two traces are of models of the same layers over the same timesteps.
 * @throws {InputError} the first layer, map or shape in which they differ.
 */
export function checkAlike(a: LayersTrace, b: LayersTrace): void {
  if (a.batch !== b.batch) refuse('batch', 'rows of two numbers', a.batch, b.batch);
  const names = (layers: readonly { name: string }[]): string =>
    layers.map(({ name }) => JSON.stringify(name)).join(', ');
  if (names(a.layers) !== names(b.layers)) refuse('layers', 'other layers', names(a.layers), names(b.layers));
  a.layers.forEach((layer, index) => {
    const other = b.layers[index] as TracedLayer;
    const where = `layer ${JSON.stringify(layer.name)}`;
    if (layer.type !== other.type) refuse(where, 'another type of layer', layer.type, other.type);
    if (names(layer.maps) !== names(other.maps)) refuse(where, 'other gates', names(layer.maps), names(other.maps));
    layer.maps.forEach((map, at) => {
      const [shape, shapeOther] = [map, other.maps[at] as TracedMap].map(({ columns, rows }) => `${columns} × ${rows}`);
      if (shape !== shapeOther) refuse(`${where}, ${map.name}`, 'another shape', shape, shapeOther);
    });
  });
}

/** @param row of the batch. */
export function difference(a: TracedMap, b: TracedMap, row: number): Difference {
  const [ours, theirs] = [rowOf(a, row), rowOf(b, row)];
  const data = new Float32Array(ours.length);
  let [most, at] = [0, 0];
  for (let index = 0; index < data.length; index++) {
    const [x, y] = [ours[index] as number, theirs[index] as number];
    // An infinity less itself is NaN.
    const value = x === y ? 0 : x - y;
    data[index] = value;
    if (Math.abs(value) > most) [most, at] = [Math.abs(value), index];
  }
  return { data, most, column: Math.floor(at / a.rows), row: at % a.rows };
}

/** Of one row of the batch: `[columns][rows]`. */
export const rowOf = ({ data, columns, rows }: TracedMap, row: number): Float32Array =>
  data.subarray(row * columns * rows, (row + 1) * columns * rows);

const refuse = (where: string, message: string, expected: unknown, got: unknown): never => {
  throw new InputError(`cannot be compared: ${message}`, { where, expected: `${expected}`, got: `${got}` });
};
