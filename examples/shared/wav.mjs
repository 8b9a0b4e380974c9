// WAV files of one channel and 16 bits (Multimedia Programming Interface and Data Specifications 1.0, Microsoft and IBM, 1991).

const FULL = 32768;

/**
 * @param file the bytes, a Buffer.
 * @param rate samples per second that it must have.
 * @returns Float32Array, samples in [-1, 1).
 * @throws {RangeError} It is another kind of file.
 */
export function readWav(file, rate) {
  const data = file.indexOf('data', 12, 'latin1');
  const found =
    data < 0
      ? 'no WAV file'
      : `${file.readUInt16LE(22)} channels of ${file.readUInt16LE(34)} bits at ${file.readUInt32LE(24)} Hz`;
  const wanted = `1 channels of 16 bits at ${rate} Hz`;
  if (found !== wanted || file.readUInt16LE(20) !== 1)
    throw new RangeError(`expected ${wanted}, integers, got ${found}`);
  const length = Math.floor(Math.min(file.readUInt32LE(data + 4), file.length - data - 8) / 2);
  return Float32Array.from({ length }, (_, i) => file.readInt16LE(data + 8 + 2 * i) / FULL);
}

/**
 * @param samples in [-1, 1]; what is beyond is cut off.
 * @param rate samples per second.
 * @returns the file, a Buffer.
 */
export function writeWav(samples, rate) {
  const file = Buffer.alloc(44 + 2 * samples.length);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // integers
  file.writeUInt16LE(1, 22); // channels
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(2 * rate, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((sample, i) => {
    file.writeInt16LE(Math.max(-FULL, Math.min(FULL - 1, Math.round(sample * FULL))), 44 + 2 * i);
  });
  return file;
}
