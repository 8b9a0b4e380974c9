import { rowBytes } from '../../wasm/abi.js';
import type * as packing from '../../wasm/pack-norm.js';

export const packNorm: typeof packing.packNorm = ({ arena }, _, __, features) => {
  const bytes = rowBytes(features);
  return { scale: arena.alloc(bytes), shift: arena.alloc(bytes) };
};
