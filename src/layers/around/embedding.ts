import { checkedWithNode, optionalTruth } from '../../graph/field-checks.js';
import { eachTimestep } from '../../graph/kind.js';
import { namedTensors, onlyInput } from '../../graph/node-context.js';
import { badSpec } from '../../refuse.js';
import type { EmbeddingNode } from '../../spec.js';
import { rowBytes } from '../../wasm/abi.js';
import { packTable } from '../../wasm/pack-table.js';
import type { BuildContext, LayerKind, LookUp, Op, ValueBuffer } from '../layer.js';
import { addMask } from './mask.js';

/** Row lookup. Ids are checked against the vocabulary where they enter, before anything is computed. */
export const embedding: LayerKind<EmbeddingNode> = {
  fields: { tensors: checkedWithNode, maskZero: optionalTruth },
  inputType: 'int32',
  vocabulary: ({ tensors }, all) => all[tensors.weight]?.shape[0] ?? 0,
  check({ tensors }, context) {
    const ids = onlyInput(context);
    if (ids.features !== 1) badSpec(context.where, 'token ids come one per timestep', 'features 1', `${ids.features}`);
    const { weight } = namedTensors(context, tensors, { weight: ['vocabulary', 'features'] }, context.where);
    return [{ ...ids, dtype: 'float32', features: weight?.shape[1] as number }];
  },
  make({ tensors: { weight }, maskZero }, context, _, features) {
    const { arena, int8 } = context;
    const look = int8?.lookUp(weight, features) ?? floatTable(weight, features, context);
    return {
      plan(plan) {
        const ids = plan.inputs[0] as ValueBuffer;
        const mask = maskZero ? plan.alloc(ids.rows) : ids.mask;
        const y = plan.output(0, mask);
        const lookUp: Op = () => look(ids.address, ids.rows, y.address);
        const maskZeros: Op = () => {
          const { i32, u8 } = arena;
          for (let row = 0; row < ids.rows; row++) u8[mask + row] = i32[ids.address / 4 + row] === 0 ? 0 : 1;
        };
        return maskZero ? [lookUp, maskZeros, ...addMask(plan, mask, ids.mask, ids.rows)] : [lookUp];
      },
    };
  },
  obstacle: eachTimestep,
};

function floatTable(name: string, features: number, context: BuildContext): LookUp {
  const { kernels } = context;
  const stride = rowBytes(features);
  const table = packTable(context, name, features);
  return (ids, rows, to) => kernels.embedding(ids, rows, table, stride, to);
}
