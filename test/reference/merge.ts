import { type Mask, mapRows, masked, row, type Value } from './value.js';
import { concat, sum, times, type Vector } from './vector.js';

type Join = 'add' | 'subtract' | 'average' | 'multiply' | 'concatenate' | 'maximum' | 'minimum';
const extreme =
  (choose: (a: number, b: number) => number) =>
  (a: Vector, b: Vector): Vector =>
    a.map((value, j) => choose(value, b[j] as number));
const JOIN: Record<Join, (a: Vector, b: Vector) => Vector> = {
  add: sum,
  subtract: (a, b) => a.map((value, j) => value - (b[j] as number)),
  average: sum,
  multiply: times,
  concatenate: concat,
  maximum: extreme(Math.max),
  minimum: extreme(Math.min),
};

/** Elementwise sum, product or extreme of values of one shape, or their features side by side. */
export function merge(type: keyof typeof JOIN, values: readonly Value[]): Value {
  const mask = jointMask(values.map((value) => value.mask));
  const counted =
    type === 'multiply' ? values.map(maskedAsOnes) : type.endsWith('imum') ? unmaskedOnes(values) : values;
  const joined = counted.reduce((a, b) =>
    mapRows(a, type === 'concatenate' ? a.features + b.features : a.features, (v, i, t) => JOIN[type](v, row(b, i, t))),
  );
  if (type === 'multiply') return zeroMasked({ ...joined, mask });
  if (type === 'average') return { ...mapRows(joined, joined.features, (v) => v.map((n) => n / values.length)), mask };
  return { ...joined, mask };
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

/** Keras 3 `Maximum`, `Minimum`: what is masked is left out: in its place stands one that is not, or the first. */
const unmaskedOnes = (values: readonly Value[]): readonly Value[] =>
  values.map((x) =>
    mapRows(x, x.features, (v, b, t) =>
      masked(x, b, t) ? row(values.find((other) => !masked(other, b, t)) ?? (values[0] as Value), b, t) : v,
    ),
  );
