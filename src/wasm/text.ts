/**
 * Bytes out of the text that kernels are embedded as (`scripts/build-kernels.mjs` writes it). Each byte is 64·q + r: `x`, `y` or `z` for
 * a q of 1, 2 or 3, nothing for 0, which most have; then `0` to `o` for r.
 *
 * Not base64: that puts three bytes into four letters, which hides from gzip what repeats itself in the kernels (2.3 KB more of
 * 6 KB), and an AudioWorklet has no `atob`.
 */
export function fromText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  let high = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 64) {
      bytes[length++] = high + digit;
      high = 0;
    } else high = (digit - 71) * 64;
  }
  return bytes.subarray(0, length);
}
