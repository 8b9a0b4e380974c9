import { type Mask, mapRows, masked, row, type Value } from './value.js';
import { concat, sum, times, type Vector } from './vector.js';

const JOIN: Record<'add' | 'multiply' | 'concatenate', (a: Vector, b: Vector) => Vector> = {
  add: sum,
  multiply: times,
  concatenate: concat,
};

/** Elementwise sum or product of values of one shape, or their features side by side. */
export function merge(type: keyof typeof JOIN, values: readonly Value[]): Value {
  const mask = jointMask(values.map((value) => value.mask));
  const joined = (type === 'multiply' ? values.map(maskedAsOnes) : values).reduce((a, b) =>
    mapRows(a, type === 'concatenate' ? a.features + b.features : a.features, (v, i, t) => JOIN[type](v, row(b, i, t))),
  );
  return type === 'multiply' ? zeroMasked({ ...joined, mask }) : { ...joined, mask };
}

/**
 * Keras 3's meaning (`Merge.compute_mask`, `Concatenate.compute_mask`): a timestep is masked where ALL the
 * inputs mask it, so that one input without a mask leaves none. (Keras 2 masked where ANY input did.)
 */
function jointMask(masks: readonly (Mask | undefined)[]): Mask | undefined {
  return masks.reduce((a, b) => (a && b ? a.map((keep, i) => keep | (b[i] as number)) : undefined));
}

/** Keras 3 `Multiply`: a factor that is masked at a timestep counts as 1 there, ... */
const maskedAsOnes = (x: Value): Value => mapRows(x, x.features, (v, b, t) => (masked(x, b, t) ? v.map(() => 1) : v));

/** ... and where all are, the product is 0. */
const zeroMasked = (x: Value): Value => mapRows(x, x.features, (v, b, t) => (masked(x, b, t) ? v.map(() => 0) : v));
