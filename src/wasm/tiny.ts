import type { Kernels } from './abi.js';
import type { Arena } from './arena.js';
import { inBlocks } from './blocks.js';

/**
 * What cells multiply is taken for 0 below this magnitude: inputs, weights, biases, h and c. No product is then a denormal, which
 * would take a hundred times as long; `assembly/tiny.ts`.
 */
export const TINY = 2 ** -63;

/** Weights beyond this may make something of tiny inputs, which count then. */
const HUGE = 2 ** 20;

/** The least normal float32. */
export const LEAST_NORMAL = 2 ** -126;

/** Who has numbers looked at. */
interface Looking {
  readonly arena: Arena;
  readonly kernels: Kernels;
}

/** The numbers, with 0 for those below `least` in magnitude; the same array where there are none. */
export function withoutTiny(by: Looking, data: Float32Array, least = TINY): Float32Array {
  return anyBetween(by, data, 1, bitsOf(least) - 1) ? data.map((x) => (Math.abs(x) < least ? 0 : x)) : data;
}

export const hasHuge = (by: Looking, data: Float32Array): boolean =>
  anyBetween(by, data, bitsOf(HUGE) + 1, bitsOf(Infinity));

const anyBetween = ({ arena, kernels }: Looking, data: Float32Array, low: number, high: number): boolean =>
  inBlocks(arena, data, (address, count) => kernels.anyBetween(address, count, low, high)) === 1;

/** A float32's bits as a whole number. */
const bitsOf = (x: number): number => new Int32Array(Float32Array.of(x).buffer)[0] as number;
