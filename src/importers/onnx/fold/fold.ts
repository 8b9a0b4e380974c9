import type { Op } from '../context.js';
import type { Constant } from '../value.js';
import { binary, clip, isBinary, isReduction, isUnary, type Reduction, reduce, unary, where } from './arithmetic.js';
import { concat, gather, range, slice, transpose } from './moves.js';
import { isVariadic, place, variadic } from './several.js';
import { matmul } from './weights.js';

const OPERATORS: Readonly<Record<string, (op: Op) => Constant | undefined>> = {
  __proto__: null as never,
  ArgMax: place,
  ArgMin: place,
  Clip: clip,
  Concat: concat,
  Gather: gather,
  Gemm: matmul,
  MatMul: matmul,
  Range: range,
  Slice: slice,
  Transpose: transpose,
  Where: where,
};

/**
 * Works out an operator all of whose inputs are known; undefined for one that is not folded.
 * @param reduction reads what a reduction goes over.
 */
export function fold(op: Op, reduction: () => Reduction): Constant | undefined {
  if (isBinary(op)) return binary(op);
  if (isVariadic(op)) return variadic(op);
  if (isUnary(op)) return unary(op);
  if (isReduction(op)) return reduce(op, reduction());
  return OPERATORS[op.type]?.(op);
}
