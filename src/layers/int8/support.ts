import { checkInt8 } from '../../graph/int8.js';
import type { Int8TensorSpec } from '../../spec.js';
import type { Kernels } from '../../wasm/abi.js';
import type { Arena } from '../../wasm/arena.js';
import type { Int8Kernels } from '../../wasm/int8-kernels.js';
import { Int8Linear, type Integers, packInt8, Scratch } from '../../wasm/int8-linear.js';
import { packInt8Table } from '../../wasm/int8-pack.js';
import type { LoadedModule } from '../../wasm/module.js';
import type { Int8Layers, Int8Support, Int8Tensors, LookUp } from '../layer.js';
import { gruCell, summedCell } from './cell.js';

/**
 * Integer kernels and the layers around them, for models whose memories do not exist yet.
 * @param prefix of the kernels' names, in a module that has others too.
 */
export const supportOf = (loaded: LoadedModule, prefix = ''): Int8Support => ({
  build: loaded.build,
  tensors: checkInt8,
  bind: (arena, kernels, tensors) => bind(loaded, prefix, arena, kernels, tensors),
});

function bind(loaded: LoadedModule, prefix: string, arena: Arena, floats: Kernels, tensors: Int8Tensors): Int8Layers {
  const { memory } = arena;
  const { exports } = new WebAssembly.Instance(loaded.module, { env: { memory } });
  const named = ['scratchBytes', 'product', 'embedding'].map((name) => [name, exports[prefix + name]]);
  const kernels: Int8Kernels = Object.fromEntries(named);
  const integers: Integers = { kernels, build: loaded.build, arena, tensors, scratch: new Scratch(arena) };
  return {
    // Relaxed products are as fast for one row as for many, as long as weights stay in cache.
    leastBytes: loaded.build === 'relaxed' ? 2 ** 21 : 2 ** 15,
    linear: (columns, weights, bias, terms) =>
      weights.some(([name]) => Object.hasOwn(tensors, name))
        ? packInt8(integers, columns, weights, bias, terms)
        : undefined,
    cell(parts, units) {
      const { projection, overH } = parts;
      if (!(projection instanceof Int8Linear)) return undefined;
      if (overH === undefined) return summedCell(parts, projection);
      const [fromH, fromReset] = overH as [Int8Linear, Int8Linear?];
      return gruCell(parts, projection, fromH, fromReset, units, floats);
    },
    lookUp: (name, features) =>
      Object.hasOwn(tensors, name) ? tableOf(integers, tensors[name] as Int8TensorSpec, features) : undefined,
  };
}

/** A table `[vocabulary][features]`, its rows padded to a multiple of four, and their scales. */
function tableOf({ arena, kernels }: Integers, tensor: Int8TensorSpec, features: number): LookUp {
  const stride = Math.ceil(features / 4) * 4;
  const table = arena.alloc(tensor.scales.length * stride);
  const scalesAt = arena.alloc(tensor.scales.length * 4);
  packInt8Table(arena, table, scalesAt, tensor, features, stride);
  return (ids, rows, to) => kernels.embedding(ids, rows, table, stride, scalesAt, features, to);
}
