/** Samples of a 16-bit mono WAV file in [-1, 1). */
export function readWav(bytes: Uint8Array): Float32Array {
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
export function magnitudes(samples: Float32Array): Float32Array {
  const n = samples.length;
  return Float32Array.from({ length: n / 2 + 1 }, (_, k) => {
    let [re, im] = [0, 0];
    for (let i = 0; i < n; i++) {
      const angle = (2 * Math.PI * ((k * i) % n)) / n;
      re += (samples[i] as number) * Math.cos(angle);
      im -= (samples[i] as number) * Math.sin(angle);
    }
    return Math.hypot(re, im);
  });
}
