import { BINARY, type Kernels } from '../../wasm/abi.js';
import { makeActivation } from '../activation.js';

/** `to = f∘a + (1 - f)∘b` over whole vectors; `to` may be any of them, `room` is another. */
export type Mix = (f: number, a: number, b: number, to: number, room: number) => void;

/** What cells without a product over h do at each timestep. */
export function mixing(kernels: Kernels, vectors: number, where: string): Mix {
  const { binary } = kernels;
  const complement = makeActivation({ type: 'affine', alpha: -1, beta: 1 }, where, kernels);
  return (f, a, b, to, room) => {
    complement?.(f, room, vectors);
    binary(BINARY.multiply, room, b, room, vectors);
    binary(BINARY.multiply, f, a, to, vectors);
    binary(BINARY.add, to, room, to, vectors);
  };
}

/** g(x) = x + 0.5 where x ≥ 0, σ(x) elsewhere (Feng et al. 2024, B.3.1), of one block: max(0, x) + σ(min(0, x)). */
export function positive(kernels: Kernels, vectors: number, where: string): (n: number, room: number) => void {
  const { binary } = kernels;
  const relu = makeActivation('relu', where, kernels);
  const below = makeActivation({ type: 'clip', alpha: -3e38, beta: 0 }, where, kernels);
  const sigmoid = makeActivation('sigmoid', where, kernels);
  return (n, room) => {
    below?.(n, room, vectors);
    sigmoid?.(room, room, vectors);
    relu?.(n, n, vectors);
    binary(BINARY.add, n, room, n, vectors);
  };
}
