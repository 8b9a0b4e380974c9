import type { MergeNode } from '../spec.js';
import { BINARY } from '../wasm/abi.js';
import type { BuildContext, Layer, Op, PlanContext, ValueBuffer } from './layer.js';

/** Joins values elementwise or along the features; a timestep masked in any of them is masked in the result. */
export function mergeLayer(node: MergeNode, { kernels }: BuildContext): Layer {
  return {
    node,
    cells: [],
    parameters: 0,
    plan(plan) {
      const { mask, ops } = jointMask(plan);
      const y = plan.output(0, mask);
      if (node.type === 'concatenate') {
        let offset = 0;
        for (const x of plan.inputs) {
          const to = y.address + offset * 4;
          ops.push(() => kernels.copyRows(x.address, x.stride, to, y.stride, x.rows, x.features));
          offset += x.features;
        }
        return ops;
      }
      const op = BINARY[node.type];
      const [first, ...rest] = plan.inputs as [ValueBuffer, ...ValueBuffer[]];
      rest.forEach((x, index) => {
        const left = index === 0 ? first.address : y.address;
        ops.push(() => kernels.binary(op, left, x.address, y.address, (y.rows * y.stride) / 16));
      });
      return ops;
    },
  };
}

function jointMask(plan: PlanContext): { mask: number; ops: Op[] } {
  const masks = [...new Set(plan.inputs.map((x) => x.mask).filter((mask) => mask !== 0))];
  if (masks.length < 2) return { mask: masks[0] ?? 0, ops: [] };
  const rows = (plan.inputs[0] as ValueBuffer).rows;
  const mask = plan.alloc(rows);
  const and: Op = () => {
    const { u8 } = plan.arena;
    for (let row = 0; row < rows; row++) u8[mask + row] = masks.every((other) => u8[other + row] !== 0) ? 1 : 0;
  };
  return { mask, ops: [and] };
}
