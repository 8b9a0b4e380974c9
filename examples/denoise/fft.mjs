/**
 * The discrete Fourier transform X[k] = Σ x[n]·exp(−2πi·kn/N) of N complex numbers, in place, N a power of two: in N log N steps (Cooley and
 * Tukey 1965), the numbers put in the order of their reversed bits first. Nothing is allocated.
 *
 * @param size N.
 * @returns a function of the real and the imaginary parts, each a Float64Array of N. Called with the two exchanged it is the inverse, N times as large.
 * @throws {RangeError} N is no power of two.
 */
export function fourier(size) {
  const bits = Math.log2(size);
  if (!Number.isInteger(bits)) throw new RangeError(`expected a power of two, got ${size}`);
  const reversed = Uint32Array.from({ length: size }, (_, n) => {
    let to = 0;
    for (let bit = 0; bit < bits; bit++) to |= ((n >> bit) & 1) << (bits - 1 - bit);
    return to;
  });
  const angle = (k) => (-2 * Math.PI * k) / size;
  const cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos(angle(k)));
  const sin = Float64Array.from({ length: size / 2 }, (_, k) => Math.sin(angle(k)));
  const swap = (numbers, a, b) => {
    const kept = numbers[a];
    numbers[a] = numbers[b];
    numbers[b] = kept;
  };
  return (re, im) => {
    for (let n = 0; n < size; n++) {
      if (reversed[n] <= n) continue;
      swap(re, n, reversed[n]);
      swap(im, n, reversed[n]);
    }
    for (let half = 1; half < size; half *= 2) {
      const stride = size / (2 * half);
      for (let begin = 0; begin < size; begin += 2 * half) {
        for (let k = 0; k < half; k++) {
          const a = begin + k;
          const b = a + half;
          const c = cos[k * stride];
          const s = sin[k * stride];
          const x = re[b] * c - im[b] * s;
          const y = re[b] * s + im[b] * c;
          re[b] = re[a] - x;
          im[b] = im[a] - y;
          re[a] += x;
          im[a] += y;
        }
      }
    }
  };
}
