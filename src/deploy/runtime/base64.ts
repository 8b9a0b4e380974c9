import type { Bytes } from '../../wasm/module.js';

/** What decodes faster than a loop of ours, where it is there. */
interface Decoders {
  readonly Buffer?: { from(text: string, encoding: 'base64'): Bytes };
  readonly Uint8Array: { fromBase64?(text: string): Bytes };
}

/** Bytes of base64; what is none gives other bytes, which the checksum tells. AudioWorklets have nothing that decodes. */
export function fromBase64(text: string): Bytes {
  const { Buffer, Uint8Array: native } = globalThis as object as Decoders;
  if (Buffer?.from) return Buffer.from(text, 'base64');
  if (native.fromBase64) return native.fromBase64(text);
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const values = new Uint8Array(128);
  for (let i = 0; i < 64; i++) values[digits.charCodeAt(i)] = i;
  const length = (text.length * 3) >> 2;
  const bytes = new Uint8Array(length);
  for (let from = 0, to = 0; from < text.length; from += 4) {
    let word = 0;
    for (let i = 0; i < 4; i++) word = (word << 6) | (values[text.charCodeAt(from + i) & 127] as number);
    bytes[to++] = word >> 16;
    bytes[to++] = word >> 8;
    bytes[to++] = word;
  }
  return bytes.subarray(0, length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0));
}
