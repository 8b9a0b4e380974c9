/**
 * What cells multiply is taken for 0 below this magnitude: inputs, weights, biases, h and c. No product is then a denormal, which
 * would take a hundred times as long; `assembly/tiny.ts`.
 */
export const TINY = 2 ** -63;

/** Weights beyond this may make something of tiny inputs, which count then. */
const HUGE = 2 ** 20;

/** The least normal float32. */
export const LEAST_NORMAL = 2 ** -126;

/** The numbers, with 0 for those below `least` in magnitude; the same array where there are none. */
export function withoutTiny(data: Float32Array, least = TINY): Float32Array {
  const isTiny = (x: number): boolean => x !== 0 && Math.abs(x) < least;
  return data.some(isTiny) ? data.map((x) => (isTiny(x) ? 0 : x)) : data;
}

export const hasHuge = (data: Float32Array): boolean => data.some((x) => Math.abs(x) > HUGE);
