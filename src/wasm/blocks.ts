import type { Arena } from './arena.js';

/** Numbers in the kernels' memory at a time: few, so that a model takes no more memory for it. */
const BLOCK = 4096;

/**
 * Hands numbers that lie outside of the kernels' memory to a kernel, block by block, until it answers with another number than 0.
 * @returns the last answer.
 */
export function inBlocks(arena: Arena, data: Float32Array, call: (address: number, count: number) => number): number {
  const address = arena.alloc(4 * Math.min(BLOCK, data.length));
  let answer = 0;
  for (let start = 0; start < data.length && answer === 0; start += BLOCK) {
    const block = data.subarray(start, start + BLOCK);
    arena.f32.set(block, address / 4);
    answer = call(address, block.length);
  }
  arena.free(address);
  return answer;
}
