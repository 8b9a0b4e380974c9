import type { Kernels } from '../wasm/abi.js';
import type { Arena } from '../wasm/arena.js';

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

/** Words in the kernels' memory at a time: few, so that a model takes no more memory for it. */
const BLOCK = 4096;

/** What hashes numbers by their bits, as `hashWords` would, in the kernels, which need not warm up. */
export function dataHasher(arena: Arena, kernels: Kernels): (data: Float32Array, from: Hash) => Hash {
  return (data, from) => {
    const lanes = arena.alloc(8 + BLOCK * 4);
    const [a, b] = [lanes / 4, lanes / 4 + 1];
    arena.i32.set(from, a);
    for (let start = 0; start < data.length; start += BLOCK) {
      const block = data.subarray(start, start + BLOCK);
      arena.f32.set(block, b + 1);
      kernels.hash(lanes + 8, block.length, lanes);
    }
    const hash: Hash = [(arena.i32[a] as number) >>> 0, (arena.i32[b] as number) >>> 0];
    arena.free(lanes);
    return hash;
  };
}

/** 16 hexadecimal digits. */
export const hex = (hash: Hash): string => hash.map((word) => word.toString(16).padStart(8, '0')).join('');
