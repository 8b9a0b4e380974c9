import { refuse } from '../shared/refuse.js';

/** Which blocks of 8 outputs × 4 inputs a matrix is made of, in the order of its weights. */
export interface Blocks {
  readonly count: number;
  /** For each 8 outputs, the first input of each block. */
  readonly groups: readonly ArrayLike<number>[];
}

/** All of them. @throws {ImportError} sizes that are not whole blocks. */
export function denseBlocks(inputs: number, outputs: number, where: string): Blocks {
  wholeBlocks(inputs, outputs, where);
  const all = Int32Array.from({ length: inputs / 4 }, (_, block) => 4 * block);
  return { count: (inputs / 4) * (outputs / 8), groups: new Array(outputs / 8).fill(all) };
}

/**
 * Those that a list names: for each 8 outputs their number, and the first input of each.
 * @throws {ImportError} sizes that are not whole blocks; a list too short or too long; a block outside of the matrix or between two.
 */
export function sparseBlocks(index: Int32Array, inputs: number, outputs: number, where: string): Blocks {
  wholeBlocks(inputs, outputs, where);
  const groups: Int32Array[] = [];
  let [at, count] = [0, 0];
  for (let group = 0; group < outputs / 8; group++) {
    const length = index[at];
    const left = Math.max(0, index.length - at - 1);
    if (length === undefined || length < 0 || length > left)
      refuse(`${where}[${at}]`, 'no number of blocks', `0 to ${left}`, `${length ?? 'the end'}`);
    const positions = index.subarray(at + 1, at + 1 + length);
    for (const position of positions) {
      if (position < 0 || position % 4 !== 0 || position + 4 > inputs)
        refuse(where, 'a block outside of the matrix', `a multiple of 4 from 0 to ${inputs - 4}`, `${position}`);
    }
    groups.push(positions);
    at += 1 + length;
    count += length;
  }
  if (at !== index.length)
    refuse(`${where}[${at}]`, 'more than the blocks of all outputs', `${at} numbers`, `${index.length}`);
  return { count, groups };
}

function wholeBlocks(inputs: number, outputs: number, where: string): void {
  if (inputs % 4 !== 0 || outputs % 8 !== 0)
    refuse(where, 'no whole blocks', 'a multiple of 4 inputs and of 8 outputs', `${inputs} and ${outputs}`);
}

/**
 * Adds each block's weights to where they stand: RNNoise multiplies block by block, whichever are listed.
 * @param weight (outputs, inputs). @param value of a block that begins at `at`, by its output, its input, and the matrix' output.
 */
export function scatter(
  weight: Float32Array,
  inputs: number,
  { groups }: Blocks,
  value: (at: number, row: number, column: number, output: number) => number,
): void {
  let at = 0;
  groups.forEach((positions, group) => {
    for (let block = 0; block < positions.length; block++, at += 32) {
      for (let row = 0; row < 8; row++) {
        const output = 8 * group + row;
        for (let column = 0; column < 4; column++) {
          const place = output * inputs + (positions[block] as number) + column;
          weight[place] = (weight[place] as number) + value(at, row, column, output);
        }
      }
    }
  });
}
