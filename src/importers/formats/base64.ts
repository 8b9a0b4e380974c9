import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * The bytes of a text in base64 (RFC 4648, padded), where no `atob` is: an AudioWorklet has none.
 * @throws {ImportError} another text; more bytes than the budget has.
 */
export function fromBase64(text: string, where: string, budget: Budget): Uint8Array {
  const end = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0) refuse(where, 'not base64', 'a multiple of 4 characters', `${text.length}`);
  budget.bytes(text.length, where);
  const bytes = new Uint8Array((text.length / 4) * 3 - end);
  let [bits, count, at] = [0, 0, 0];
  for (let k = 0; k < text.length - end; k++) {
    const six = ALPHABET.indexOf(text[k] as string);
    if (six < 0) refuse(where, 'not base64', `one of ${ALPHABET}`, JSON.stringify(text[k]));
    bits = ((bits << 6) | six) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = bits >> count;
  }
  return bytes;
}
