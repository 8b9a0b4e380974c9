/** Weights `(filters, taps, channels)` with their taps from the last to the first. */
export function turnTaps(weight: Float32Array, taps: number, channels: number): Float32Array {
  const turned = new Float32Array(weight.length);
  for (let at = 0; at < weight.length; at += channels) {
    const tap = (at / channels) % taps;
    turned.set(weight.subarray(at, at + channels), at + (taps - 1 - 2 * tap) * channels);
  }
  return turned;
}
