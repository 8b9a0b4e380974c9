/**
 * A reflected 32-bit cyclic redundancy check, four bytes at a time ("slicing by four", Kounavis and Berry 2005): the k-th 256
 * numbers of the table are what a byte does to the check k bytes later.
 */
export function crcOf(polynomial: number): (bytes: Uint8Array) => number {
  const table = new Int32Array(4 * 256);
  for (let k = 0; k < table.length; k++) {
    let crc = k < 256 ? k : (table[k - 256] as number);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    table[k] = crc;
  }
  const entry = (k: number) => table[k] as number;
  return (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let crc = -1;
    let k = 0;
    for (; k + 4 <= bytes.length; k += 4) {
      crc ^= view.getInt32(k, true);
      crc =
        entry(768 + (crc & 255)) ^
        entry(512 + ((crc >>> 8) & 255)) ^
        entry(256 + ((crc >>> 16) & 255)) ^
        entry((crc >>> 24) & 255);
    }
    for (; k < bytes.length; k++) crc = (crc >>> 8) ^ entry((crc ^ (bytes[k] as number)) & 255);
    return ~crc >>> 0;
  };
}

let crc: ((bytes: Uint8Array) => number) | undefined;

/** CRC-32 as zip and gzip have it. */
export function crc32(bytes: Uint8Array): number {
  crc ??= crcOf(0xedb88320);
  return crc(bytes);
}
