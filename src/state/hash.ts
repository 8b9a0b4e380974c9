import type { Kernels } from '../wasm/abi.js';
import type { Arena } from '../wasm/arena.js';
import { inBlocks } from '../wasm/blocks.js';

/** Two lanes of 32 bits. */
export type Hash = readonly [number, number];

const START: Hash = [0x811c9dc5, 0x01234567];

/**
 * FNV-1a over 32-bit words, in two lanes; not cryptographic.
 * @param from the hash of the words before these.
 */
export function hashWords(words: ArrayLike<number>, from = START): Hash {
  const { imul } = Math;
  let [a, b] = from;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    a = imul(a ^ word, 0x01000193);
    b = imul(b ^ word, 0x85ebca6b);
    // FNV moves bits upwards only; bring the high ones back.
    a ^= a >>> 15;
    b ^= b >>> 13;
  }
  return [a >>> 0, b >>> 0];
}

/** By code points. */
export function hashText(text: string, from?: Hash): Hash {
  const words = new Int32Array(text.length);
  let length = 0;
  for (const character of text) words[length++] = character.codePointAt(0) as number;
  return hashWords(words.subarray(0, length), from);
}

/** What hashes numbers by their bits, as `hashWords` would, in the kernels, which need not warm up. */
export function dataHasher(arena: Arena, kernels: Kernels): (data: Float32Array, from?: Hash) => Hash {
  return (data, from = START) => {
    const lanes = arena.alloc(8);
    arena.i32.set(from, lanes / 4);
    inBlocks(arena, data, (address, count) => kernels.hash(address, count, lanes));
    const [a, b] = arena.i32.subarray(lanes / 4);
    arena.free(lanes);
    return [(a as number) >>> 0, (b as number) >>> 0];
  };
}

/** 16 hexadecimal digits. */
export const hex = (hash: Hash): string => hash.map((word) => word.toString(16).padStart(8, '0')).join('');
