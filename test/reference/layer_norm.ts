import type { LayerNormNode } from '../../src/spec.js';
import type { Tensors } from './tensors.js';
import { mapRows, type Value } from './value.js';
import { sum, times } from './vector.js';

/** `(x - mean) / sqrt(variance + epsilon) · gamma + beta` over the features (Ba et al. 2016); the biased variance. */
export function layerNorm(node: LayerNormNode, x: Value, tensors: Tensors): Value {
  const gamma = tensors.optional(node.tensors.gamma); // (features)
  const beta = tensors.optional(node.tensors.beta); // (features)
  return mapRows(x, x.features, (v) => {
    const mean = v.reduce((total, a) => total + a, 0) / v.length;
    const variance = v.reduce((total, a) => total + (a - mean) ** 2, 0) / v.length;
    const normal = v.map((a) => (a - mean) / Math.sqrt(variance + node.epsilon));
    return sum(gamma ? times(normal, gamma) : normal, beta);
  });
}
