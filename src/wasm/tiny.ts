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
  return hasBetween(data, 1, bitsOf(least) - 1) ? data.map((x) => (Math.abs(x) < least ? 0 : x)) : data;
}

export const hasHuge = (data: Float32Array): boolean => hasBetween(data, bitsOf(HUGE) + 1, bitsOf(Infinity));

/**
 * Whether there is a number whose magnitude has bits from `low` to `high`, which are in the order of the magnitudes. Code that has just
 * been loaded reads whole numbers several times as fast as floats, each of which it puts on the heap.
 */
function hasBetween({ buffer, byteOffset, length }: Float32Array, low: number, high: number): boolean {
  const words = new Int32Array(buffer, byteOffset, length);
  for (let i = 0; i < length; i++) {
    const bits = (words[i] as number) & 0x7fffffff;
    if (bits >= low && bits <= high) return true;
  }
  return false;
}

/** A float32's bits as a whole number. */
const bitsOf = (x: number): number => new Int32Array(Float32Array.of(x).buffer)[0] as number;
