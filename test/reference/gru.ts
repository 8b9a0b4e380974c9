import type { GruConfig } from '../../src/spec.js';
import { activate } from './activation.js';
import type { Cell } from './cell.js';
import { gatePart, gateRows, type Tensors } from './tensors.js';
import { clip, oneMinus, product, sum, times } from './vector.js';

/**
 * GRU (Cho et al. 2014). The reset gate acts on h before the recurrent product, as published, or after it
 * (cuDNN, PyTorch, Keras `reset_after`), where it also scales the recurrent bias:
 *
 *     r  = σ(Wr·x + bir + Ur·h + bhr)
 *     z  = σ(Wz·x + biz + Uz·h + bhz)
 *     n  = tanh(Wn·x + bin + r∘(Un·h + bhn))     resetAfter
 *     n  = tanh(Wn·x + bin + Un·(r∘h) + bhn)     otherwise
 *     h' = (1 - z)∘n + z∘h
 *
 * `clip` bounds what the three activations are given.
 */
export function gruCell(config: GruConfig, tensors: Tensors): Cell {
  const { units, activations = {} } = config;
  const W = tensors.matrix(config.tensors.weightIh); // (3·units, input)
  const U = tensors.matrix(config.tensors.weightHh); // (3·units, units)
  const biasIh = tensors.optional(config.tensors.biasIh); // (3·units)
  const biasHh = tensors.optional(config.tensors.biasHh); // (3·units)

  const [Wr, Wz, Wn] = [gateRows(W, 0, units), gateRows(W, 1, units), gateRows(W, 2, units)];
  const [Ur, Uz, Un] = [gateRows(U, 0, units), gateRows(U, 1, units), gateRows(U, 2, units)];
  const [bir, biz, bin] = [gatePart(biasIh, 0, units), gatePart(biasIh, 1, units), gatePart(biasIh, 2, units)];
  const [bhr, bhz, bhn] = [gatePart(biasHh, 0, units), gatePart(biasHh, 1, units), gatePart(biasHh, 2, units)];

  return (x, { h }) => {
    const r = activate(activations.r ?? 'sigmoid', clip(sum(product(Wr, x), bir, product(Ur, h), bhr), config.clip));
    const z = activate(activations.z ?? 'sigmoid', clip(sum(product(Wz, x), biz, product(Uz, h), bhz), config.clip));
    const recurrent = config.resetAfter ? times(r, sum(product(Un, h), bhn)) : sum(product(Un, times(r, h)), bhn);
    const n = activate(activations.n ?? 'tanh', clip(sum(product(Wn, x), bin, recurrent), config.clip));
    const hNew = sum(times(oneMinus(z), n), times(z, h));
    return { state: { h: hNew }, gates: { r, z, n } };
  };
}
