const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/**
 * IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. Its bits stand in a float32 as those of a number 2^112 times smaller,
 * subnormals included; only infinities and NaN are not.
 */
export function fromHalf(bits: number): number {
  const moved = ((bits & 0x8000) << 16) | ((bits & 0x7fff) << 13);
  if ((bits & 0x7c00) === 0x7c00) {
    word[0] = moved | 0x7f800000;
    return float[0] as number;
  }
  word[0] = moved;
  return (float[0] as number) * 2 ** 112;
}

/** bfloat16: the upper half of a float32. */
export function fromBrain(bits: number): number {
  word[0] = bits << 16;
  return float[0] as number;
}
