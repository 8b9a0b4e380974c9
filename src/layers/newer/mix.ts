import { BINARY, type Kernels } from '../../wasm/abi.js';
import { makeActivation } from '../activation.js';

/** A step of a scan, `dst = a·dst + b`: beside `BINARY`, which models without such cells have too. */
export const SCAN = 3;

/** `h = f∘h + (1 - f)∘b` over whole vectors; `room` is another block. */
export type Mix = (f: number, b: number, h: number, room: number) => void;

/** What cells without a product over h do at each timestep: one of a scan, `h = f∘h + (what is new)`. */
export function mixing(kernels: Kernels, vectors: number, where: string): Mix {
  const { binary } = kernels;
  const complement = complementing(kernels, where);
  return (f, b, h, room) => {
    complement?.(f, room, vectors);
    binary(BINARY.multiply, room, b, room, vectors);
    binary(SCAN, f, room, h, vectors);
  };
}

/** 1 - x */
export const complementing = (kernels: Kernels, where: string) =>
  makeActivation({ type: 'affine', alpha: -1, beta: 1 }, where, kernels);

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
