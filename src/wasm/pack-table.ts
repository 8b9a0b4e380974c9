import { rowBytes } from './abi.js';
import type { Packing } from './pack.js';

/** Copies rows `[rows][features]` of a tensor, each padded to whole vectors. @returns the address. */
export function packTable({ arena, tensor }: Packing, name: string, features: number): number {
  const data = tensor(name);
  const rows = data.length / features;
  const stride = rowBytes(features);
  const address = arena.alloc(rows * stride);
  for (let row = 0; row < rows; row++) {
    arena.f32.set(data.subarray(row * features, (row + 1) * features), (address + row * stride) / 4);
  }
  return address;
}
