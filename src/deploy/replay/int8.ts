import type * as checked from '../../graph/int8.js';
import { recipeOf } from './spec.js';

/** The int8 tensors as packing asks for them: shapes and lengths, without numbers. */
export const checkInt8: typeof checked.checkInt8 = (spec) => {
  const { int8 } = recipeOf(spec);
  if (int8.length === 0) return undefined;
  const tensors: Record<string, checked.CheckedInt8> = Object.create(null);
  for (const [name, shape, scales, block] of int8) {
    const length = shape.reduce((product, n) => product * n, 1);
    tensors[name] = { shape, data: { length }, scales: { length: scales }, block } as object as checked.CheckedInt8;
  }
  return tensors;
};
