import type { EmbeddingNode } from '../spec.js';
import { rowBytes } from '../wasm/abi.js';
import type { BuildContext, Layer, ValueBuffer } from './layer.js';

/** Row lookup. Ids are checked against the vocabulary where they enter, before anything is computed. */
export function embeddingLayer(node: EmbeddingNode, features: number, { arena, kernels, tensor }: BuildContext): Layer {
  const weight = tensor(node.tensors.weight);
  const vocabulary = weight.length / features;
  const stride = rowBytes(features);
  // table [vocabulary][pad4(features)]
  const table = arena.alloc(vocabulary * stride);
  for (let id = 0; id < vocabulary; id++) {
    arena.f32.set(weight.subarray(id * features, (id + 1) * features), (table + id * stride) / 4);
  }
  return {
    node,
    cells: [],
    parameters: weight.length,
    plan(plan) {
      const ids = plan.inputs[0] as ValueBuffer;
      const mask = node.maskZero ? plan.alloc(ids.rows) : ids.mask;
      const y = plan.output(0, mask);
      return [
        () => {
          kernels.embedding(ids.address, ids.rows, table, stride, y.address);
          if (node.maskZero) maskZeros(plan.arena, ids, mask);
        },
      ];
    },
  };
}

function maskZeros({ i32, u8 }: { i32: Int32Array; u8: Uint8Array }, ids: ValueBuffer, mask: number): void {
  for (let row = 0; row < ids.rows; row++) {
    const given = ids.mask === 0 ? 1 : (u8[ids.mask + row] as number);
    u8[mask + row] = i32[ids.address / 4 + row] === 0 ? 0 : given;
  }
}
