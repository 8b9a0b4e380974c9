import type { BidirectionalNode } from '../../src/spec.js';
import { mapRows, row, type Value } from './value.js';
import { concat, sum, times, type Vector } from './vector.js';

/** Joins the halves' outputs, which both stand at their input's timesteps (Schuster & Paliwal 1997). */
export function mergeHalves(merge: BidirectionalNode['merge'], forward: Value, backward: Value): Value[] {
  if (merge === 'none') return [forward, backward];
  const features = merge === 'concat' ? forward.features + backward.features : forward.features;
  const join: Record<typeof merge, (a: Vector, b: Vector) => Vector> = {
    concat,
    sum,
    mul: times,
    ave: (a, b) => sum(a, b).map((v) => v / 2),
  };
  return [mapRows(forward, features, (a, b, t) => join[merge](a, row(backward, b, t)))];
}
