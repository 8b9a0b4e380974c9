import { dataHasher, hashText, hex } from '../state/hash.js';
import type { Kernels } from '../wasm/abi.js';
import type { Arena } from '../wasm/arena.js';
import { putImage, type Recipe } from './recipe.js';

/** Who has kernels, and so can hash fast. */
interface Hashing {
  readonly arena: Arena;
  readonly kernels: Kernels;
}

/** Checksums of a built file: against damage and mix-ups, not against forgery. */
export interface Sums {
  readonly recipe: string;
  /** Of the memory, once the image is in it. */
  readonly image: string;
  /** Of the bytes of each module of kernels: the float32 ones, or the .wasm; the integer ones. */
  readonly kernels: readonly string[];
}

export const sumOfText = (text: string): string => hex(hashText(text));

/**
 * Of the image in its places. The lanes may lie between them, in a block that was given back: so the memory is to be the same each time.
 * @param image to be put there; else it is there.
 */
export function sumOfImage({ arena, kernels }: Hashing, places: Recipe['places'], image?: Uint8Array): string {
  if (image) putImage(arena.u8, places, image);
  const lanes = arena.alloc(8);
  for (const [address, bytes] of places) kernels.hash(address, bytes / 4, lanes);
  const [a, b] = arena.i32.subarray(lanes / 4);
  arena.free(lanes);
  return hex([(a as number) >>> 0, (b as number) >>> 0]);
}

/** Of bytes, and how many there are. */
export function sumOfBytes({ arena, kernels }: Hashing, bytes: Uint8Array): string {
  const words = new Uint8Array(Math.ceil(bytes.length / 4) * 4 + 4);
  words.set(bytes);
  words[words.length - 1] = bytes.length & 255;
  return hex(dataHasher(arena, kernels)(new Float32Array(words.buffer)));
}
