// Whole numbers for fractions, as TensorFlow Lite's integer kernels and the gemmlowp library under them define it: every result is rounded
// to its last bit in the way that they round it, so that models give the very integers. Nothing here allocates.

/** Numbers of `rescale`'s table for each factor: the factor in 2^30 to 2^31, and by how many bits it is to be shifted. */
export const FACTOR = 2;

/**
 * Writes a factor as `rescale` takes it: `q·2^(shift - 31)`, q the nearest whole number, halves away from zero.
 * @param factor of at least 0, below 2^30.
 */
export function putFactor(table: Int32Array, at: number, factor: number): void {
  let shift = factor > 0 ? Math.floor(Math.log2(factor)) + 1 : 0;
  let q = Math.floor(factor * 2 ** (31 - shift) + 0.5);
  // The logarithm is not exact beside powers of two.
  if (q >= 2 ** 31) q = Math.floor(factor * 2 ** (31 - ++shift) + 0.5);
  else if (factor > 0 && q < 2 ** 30) q = Math.floor(factor * 2 ** (31 - --shift) + 0.5);
  // One that rounds up to a power of two.
  if (q === 2 ** 31) [q, shift] = [2 ** 30, shift + 1];
  if (shift < -31) [q, shift] = [0, 0];
  table[at] = q;
  table[at + 1] = shift;
}

/** By how many bits a factor's products are shifted back. */
const shiftBack = (table: Int32Array, at: number): number => Math.max(0, -(table[at + 1] as number));

/** `x·factor`, rounded twice: to a whole number of 31 bits fewer than the product has, and after the shift, halves away from zero. */
export const rescale = (x: number, table: Int32Array, at: number): number =>
  roundShift(product(x, table, at), shiftBack(table, at));

/** The same with halves up after the shift, as the vector instructions have it that products of matrices are made of. */
export const rescaleUp = (x: number, table: Int32Array, at: number): number =>
  Math.floor(product(x, table, at) / 2 ** shiftBack(table, at) + 0.5);

/** `x·factor` in 31 bits fewer than the product has, halves up, before what it is shifted back by. */
function product(x: number, table: Int32Array, at: number): number {
  const q = table[at] as number;
  const shift = table[at + 1] as number;
  const a = shift > 0 ? x * 2 ** shift : x;
  // (a·q + 2^30) / 2^31, rounded down; 16 bits of q at a time, so that every product is exact.
  const high = a * (q >> 16);
  const whole = Math.floor(high / 32768);
  const rest = (high - whole * 32768) * 65536 + a * (q & 65535) + 1073741824;
  return (whole + Math.floor(rest / 2147483648)) | 0;
}

/** `x / 2^bits` of an int32, to the nearest, halves away from zero. */
export function roundShift(x: number, bits: number): number {
  if (bits === 0) return x;
  const mask = ((1 << bits) - 1) | 0;
  return (x >> bits) + ((x & mask) > (mask >> 1) + (x < 0 ? 1 : 0) ? 1 : 0);
}

export const clamp = (x: number, low: number, high: number): number => (x < low ? low : x > high ? high : x);

/** To 16 bits, what is beyond being cut off at the end. */
export const saturate = (x: number): number => clamp(x, -32768, 32767);

/** What is beyond 16 bits is dropped. */
const wrap = (x: number): number => (x << 16) >> 16;

/** a·b of fractions of 15 bits, to the nearest, halves up. */
const times = (a: number, b: number): number => (a === -32768 && b === -32768 ? 32767 : (a * b + 16384) >> 15);

const ONE = 32767;

/** e^-2^k for k from -2 to 4, of 15 bits. */
const EXPONENTIALS = Int32Array.of(25520, 19875, 12055, 4435, 600, 11, 0);

/** e^a for a < 0 with so many bits in front of the point, by a Taylor series within a quarter and factors for the rest. */
function exponential(a: number, integerBits: number): number {
  if (a === 0) return ONE;
  const fraction = 15 - integerBits;
  const quarter = 1 << (fraction - 2);
  const part = (a & (quarter - 1)) - quarter;
  const x = wrap((part << integerBits) + 4096);
  const x2 = times(x, x);
  const x3 = times(x2, x);
  const x4 = roundShift(times(x2, x2), 2);
  const terms = roundShift(wrap(times(wrap(x4 + x3), 10923) + x2), 1);
  let result = saturate(28918 + times(28918, wrap(x + terms)));
  const rest = wrap(part - a);
  for (let k = -2; k < integerBits && k <= 4; k++)
    if ((rest & (1 << (fraction + k))) !== 0) result = times(result, EXPONENTIALS[k + 2] as number);
  return integerBits > 5 && a < -(1 << (20 - integerBits)) ? 0 : result;
}

const shiftUp = (x: number, bits: number): number => {
  const most = (1 << (15 - bits)) - 1;
  return x > most ? 32767 : x < -most ? -32768 : x << bits;
};

/** 2 / (1 + a) for a of 15 bits within 0 and 1, with two bits in front of the point: three steps of Newton and Raphson. */
function twoOverOnePlus(a: number): number {
  const half = (a + ONE + 1) >> 1;
  let x = wrap(23130 + times(half, -15420));
  for (let i = 0; i < 3; i++) x = wrap(x + shiftUp(times(x, wrap(8192 - times(half, x))), 2));
  return x;
}

/** σ(x), of 15 bits, for x of 12. */
export function sigmoid(x: number): number {
  if (x === 0) return 16384;
  const positive = x > 0;
  const value = shiftUp(twoOverOnePlus(exponential(positive ? -x : x, 3)), 1);
  return positive ? value : wrap(ONE - value);
}

/** tanh(x), of 15 bits, for x with so many bits in front of the point, 0 to 6. */
export function tanh(x: number, integerBits: number): number {
  if (x === 0) return 0;
  const value = shiftUp(wrap(twoOverOnePlus(exponential(x < 0 ? x : -x, integerBits + 1)) - 8192), 2);
  return x < 0 ? 0 - value : value;
}
