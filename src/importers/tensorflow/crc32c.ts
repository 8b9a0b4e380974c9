import { crcOf } from '../formats/crc.js';

let crc: ((bytes: Uint8Array) => number) | undefined;

/** CRC-32C (Castagnoli), masked as LevelDB and TensorFlow store it. */
export function crc32c(bytes: Uint8Array): number {
  crc ??= crcOf(0x82f63b78);
  const c = crc(bytes);
  return ((((c >>> 15) | (c << 17)) >>> 0) + 0xa282ead8) >>> 0;
}
