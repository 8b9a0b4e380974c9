import { rowBytes } from '../../wasm/abi.js';
import type * as packing from '../../wasm/pack-table.js';

export const packTable: typeof packing.packTable = ({ arena, tensor }, name, features) =>
  arena.alloc((tensor(name).length / features) * rowBytes(features));
