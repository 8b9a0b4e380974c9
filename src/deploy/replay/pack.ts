import { rowBytes } from '../../wasm/abi.js';
import type * as packing from '../../wasm/pack.js';

// Take the memory that packing takes, in the same order, and write nothing: the image has what was packed.

export { gateColumns, packRows } from '../../wasm/pack.js';

export const packMatrix: typeof packing.packMatrix = ({ arena }, columns, ...parts) => {
  const rows = parts.reduce((sum, [, length]) => sum + length, 0);
  return { address: arena.alloc(rows * columns.length * 4), rows, vectors: columns.length / 4 };
};

export const packBias: typeof packing.packBias = ({ arena }, columns) => arena.alloc(columns.length * 4);

export const packVector: typeof packing.packVector = ({ arena, tensor }, name, features) =>
  name === undefined ? 0 : arena.alloc(rowBytes(features ?? tensor(name).length));
