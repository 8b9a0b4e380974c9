import type { RnnConfig } from '../../src/spec.js';
import { activate } from './activation.js';
import type { Cell } from './cell.js';
import type { Tensors } from './tensors.js';
import { clip, product, sum } from './vector.js';

/** Simple RNN (Elman 1990): `h' = tanh(W·x + U·h + b)`; `clip` bounds what the activation is given. */
export function rnnCell(config: RnnConfig, tensors: Tensors): Cell {
  const W = tensors.matrix(config.tensors.weightIh); // (units, input)
  const U = tensors.matrix(config.tensors.weightHh); // (units, units)
  const biasIh = tensors.optional(config.tensors.biasIh); // (units)
  const biasHh = tensors.optional(config.tensors.biasHh); // (units)

  return (x, { h }) => ({
    state: {
      h: activate(config.activation ?? 'tanh', clip(sum(product(W, x), product(U, h), biasIh, biasHh), config.clip)),
    },
    gates: {},
  });
}
