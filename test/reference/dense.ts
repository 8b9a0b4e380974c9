import type { DenseNode } from '../../src/spec.js';
import { activate } from './activation.js';
import type { Tensors } from './tensors.js';
import { mapRows, type Value } from './value.js';
import { product, sum } from './vector.js';

/** `y = activation(W·x + b)` at every timestep. */
export function dense(node: DenseNode, x: Value, tensors: Tensors): Value {
  const W = tensors.matrix(node.tensors.weight); // (units, input)
  const bias = tensors.optional(node.tensors.bias); // (units)
  return mapRows(x, node.units, (v) => activate(node.activation ?? 'linear', sum(product(W, v), bias)));
}
