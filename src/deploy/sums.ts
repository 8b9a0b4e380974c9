import { hex } from '../state/hash.js';
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
  /** Of the bytes of each module of kernels: the float32 ones, or the .wasm but its image; the integer ones. */
  readonly kernels: readonly string[];
}

/** FNV-1a over UTF-16 units: short, since it runs but once, in code that has just been loaded. */
export function sumOfText(text: string): string {
  const { imul } = Math;
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = imul(sum ^ text.charCodeAt(i), 0x01000193);
  return (sum >>> 0).toString(16);
}

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
export function sumOfBytes(hashing: Hashing, bytes: Uint8Array): string {
  const { arena } = hashing;
  const length = Math.ceil(bytes.length / 4) * 4 + 4;
  const address = arena.alloc(length);
  arena.u8.set(bytes, address);
  arena.u8[address + length - 1] = bytes.length & 255;
  const sum = sumOfImage(hashing, [[address, length]]);
  arena.free(address);
  return sum;
}

/** A .wasm without the image, which is its end: that is summed up where it has been put. */
export const withoutImage = (kernels: Uint8Array, places: Recipe['places']): Uint8Array =>
  kernels.subarray(0, kernels.length - places.reduce((sum, [, bytes]) => sum + bytes, 0));
