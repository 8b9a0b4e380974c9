const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64, of as many bytes as there are. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const word = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) parts.push(DIGITS[(word >> shift) & 63] as string);
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  return parts.join('').slice(0, 4 * Math.ceil(bytes.length / 3) - missing) + '='.repeat(missing);
}

/**
 * JSON with all numbers that there are: -0 too, which `JSON.stringify` loses.
 * @throws {UnsupportedError} by `refuse`: a number that JSON has not.
 */
export function jsonOf(value: unknown, refuse: (number: number) => never): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(value);
    return Object.is(value, -0) ? '-0' : String(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => jsonOf(item, refuse)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${jsonOf(inner, refuse)}`).join(',')}}`;
}

/** A text as a literal of JavaScript: in ASCII, which may be read in any encoding, and within an element of a page. */
export const literal = (text: string): string =>
  JSON.stringify(text)
    .replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('<', '\\u003c');
