/** Without `atob`, which worklets do not have. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const values = new Uint8Array(128);
  for (let i = 0; i < 64; i++) values[letters.charCodeAt(i)] = i;
  const length = (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
  const bytes = new Uint8Array(length);
  for (let i = 0, at = 0; at < length; i += 4) {
    const code = (j: number): number => values[text.charCodeAt(i + j)] as number;
    const word = (code(0) << 18) | (code(1) << 12) | (code(2) << 6) | code(3);
    bytes[at++] = word >> 16;
    if (at < length) bytes[at++] = word >> 8;
    if (at < length) bytes[at++] = word;
  }
  return bytes;
}
