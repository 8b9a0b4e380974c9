/** The numbers of the golden cases: `prng.py` in TypeScript, bit for bit. */

/** mulberry32 (Tommy Ettinger, public domain): uniform uint32. */
function* integers(seed: number, count: number): Generator<number> {
  let state = seed;
  for (let i = 0; i < count; i++) {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    yield (z ^ (z >>> 14)) >>> 0;
  }
}

/** float32 in [-scale, scale): 24 random bits as an exact fraction, times the float32 scale, rounded once. */
export function uniform(seed: number, count: number, scale: number): Float32Array {
  const out = new Float32Array(count);
  const factor = Math.fround(scale);
  let i = 0;
  for (const bits of integers(seed, count)) out[i++] = (((bits >>> 8) - 2 ** 23) / 2 ** 23) * factor;
  return out;
}

/** int32 in [0, limit). */
export function below(seed: number, count: number, limit: number): Int32Array {
  return Int32Array.from(integers(seed, count), (bits) => bits % limit);
}
