import { later, optionalTruth } from '../checks.js';
import { badSpec } from '../refuse.js';
import type { EmbeddingNode, TensorSpec } from '../spec.js';
import { rowBytes } from '../wasm/abi.js';
import type { LayerKind, ValueBuffer } from './layer.js';

/** Row lookup. Ids are checked against the vocabulary where they enter, before anything is computed. */
export const embedding: LayerKind<EmbeddingNode> = {
  fields: { tensors: later, maskZero: optionalTruth },
  check({ tensors }, at) {
    const { kind, features } = at.only();
    if (features !== 1) badSpec(at.where, 'token ids come one per timestep', 'features 1', `${features}`);
    const { weight } = at.tensors(tensors, { weight: ['vocabulary', 'features'] });
    return [{ kind, dtype: 'float32', features: (weight as TensorSpec).shape[1] as number }];
  },
  make({ tensors, maskZero }, { arena, kernels, tensor }, _, features) {
    const weight = tensor(tensors.weight);
    const vocabulary = weight.length / features;
    const stride = rowBytes(features);
    // table [vocabulary][pad4(features)]
    const table = arena.alloc(vocabulary * stride);
    for (let id = 0; id < vocabulary; id++) {
      arena.f32.set(weight.subarray(id * features, (id + 1) * features), (table + id * stride) / 4);
    }
    return {
      plan(plan) {
        const ids = plan.inputs[0] as ValueBuffer;
        const mask = maskZero ? plan.alloc(ids.rows) : ids.mask;
        const y = plan.output(0, mask);
        return [
          () => {
            kernels.embedding(ids.address, ids.rows, table, stride, y.address);
            if (maskZero) maskZeros(plan.arena, ids, mask);
          },
        ];
      },
    };
  },
};

function maskZeros({ i32, u8 }: { i32: Int32Array; u8: Uint8Array }, ids: ValueBuffer, mask: number): void {
  for (let row = 0; row < ids.rows; row++) {
    const given = ids.mask === 0 ? 1 : (u8[ids.mask + row] as number);
    u8[mask + row] = i32[ids.address / 4 + row] === 0 ? 0 : given;
  }
}
