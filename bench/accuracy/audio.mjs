/** Samples of a 16-bit mono WAV file in [-1, 1). */
export function readWav(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    if (view.getUint32(at, false) === 0x64617461) {
      const count = Math.floor(Math.min(size, bytes.length - at - 8) / 2);
      return Float32Array.from({ length: count }, (_, i) => view.getInt16(at + 8 + 2 * i, true) / 32768);
    }
    at += 8 + size + (size % 2);
  }
  throw new RangeError('expected a data chunk');
}

/** Magnitudes of the discrete Fourier transform of real samples: n/2 + 1 of them, by the definition. */
export function magnitudes(samples) {
  const n = samples.length;
  const cosines = Float64Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * i) / n));
  const quarter = (3 * n) / 4;
  return Float32Array.from({ length: n / 2 + 1 }, (_, k) => {
    let [re, im] = [0, 0];
    for (let i = 0; i < n; i++) {
      re += samples[i] * cosines[(k * i) % n];
      im += samples[i] * cosines[(k * i + quarter) % n];
    }
    return Math.hypot(re, im);
  });
}
