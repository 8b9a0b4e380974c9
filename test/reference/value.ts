import { type Vector, zeros } from './vector.js';

/** A value of the graph: `[batch][time][features]` flat, or `[batch][features]` (time 1) for a vector. */
export interface Value {
  readonly data: Float64Array;
  readonly batch: number;
  readonly time: number;
  readonly features: number;
  readonly kind: 'sequence' | 'vector';
  /** `[batch][time]`, 0 at masked timesteps; absent when the value carries no mask. */
  readonly mask?: Mask | undefined;
}

export type Mask = Uint8Array;

/** `[batch][features]` */
export const vector = (data: Float64Array, batch: number): Value => ({
  data,
  batch,
  time: 1,
  features: data.length / batch,
  kind: 'vector',
});

export function row({ data, time, features }: Value, b: number, t: number): Vector {
  const from = (b * time + t) * features;
  return data.subarray(from, from + features);
}

/** A value of the same batch, time, kind and mask whose every row is made from the row of `x`. */
export function mapRows(x: Value, features: number, f: (row: Vector, b: number, t: number) => Vector): Value {
  const y = { ...x, features, data: zeros(x.batch * x.time * features) };
  for (let b = 0; b < x.batch; b++) {
    for (let t = 0; t < x.time; t++) row(y, b, t).set(f(row(x, b, t), b, t));
  }
  return y;
}

export const masked = ({ mask, time }: Value, b: number, t: number): boolean => mask?.[b * time + t] === 0;

/** Masked where either is masked. */
export function both(a: Mask | undefined, b: Mask | undefined): Mask | undefined {
  if (!a || !b) return a ?? b;
  return a.map((keep, i) => (keep && b[i] ? 1 : 0));
}
