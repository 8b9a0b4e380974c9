/** LevelDB's table magic, at the end of a file; little-endian 0xdb4775248b80fb57. */
const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
/** Bytes of a table's last part: two handles, padded, and the magic. */
export const FOOTER = 48;

/** Whether bytes end as a checkpoint's index does. A file of its own, so that telling formats apart loads no importer. */
export const isTable = (bytes: Uint8Array): boolean =>
  bytes.length >= FOOTER && MAGIC.every((byte, i) => bytes[bytes.length - 8 + i] === byte);
