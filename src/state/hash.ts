/** Two lanes of 32 bits. */
export type Hash = readonly [number, number];

const START: Hash = [0x811c9dc5, 0x01234567];

/**
 * FNV-1a over 32-bit words, in two lanes; not cryptographic.
 * @param from the hash of the words before these.
 */
export function hashWords(words: ArrayLike<number>, from = START): Hash {
  let [a, b] = from;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    a = Math.imul(a ^ word, 0x01000193);
    b = Math.imul(b ^ word, 0x85ebca6b);
    // FNV moves bits upwards only; bring the high ones back.
    a ^= a >>> 15;
    b ^= b >>> 13;
  }
  return [a >>> 0, b >>> 0];
}

/** 16 hexadecimal digits. */
export const hex = (hash: Hash): string => hash.map((word) => word.toString(16).padStart(8, '0')).join('');
